// Node: calls by fetch to vendors' https hosts come to this server: node --import ./node-preload.mjs app.mjs
//
// The application and the vendor's client stay as they are; only globalThis.fetch is another one. NODE_OPTIONS works
// too. KLARNA_MOCK_URL says where the server is. What does not call fetch (node:https, axios) is not led here.

const VENDORS = {
  'Commerce Layer': ['*.commercelayer.io', '*.commercelayer.co']
}

const SERVER = addressOf(process.env.KLARNA_MOCK_URL || 'http://127.0.0.1:8080')
const PATTERNS = Object.values(VENDORS).flat().map(asPattern)
const originalFetch = globalThis.fetch

globalThis.fetch = async function fetch (input, init) {
  const isRequest = input instanceof Request
  const url = vendorsUrl(isRequest ? input.url : String(input))
  if (!url) return originalFetch(input, init)
  const told = isRequest ? await partsOf(new Request(input, init)) : init
  return originalFetch(hereInsteadOf(url), { ...told, headers: withHost(told?.headers, url.host) })
}

function addressOf (text) {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Error(`KLARNA_MOCK_URL is ${JSON.stringify(text)}, expected something like http://127.0.0.1:8080`)
  }
  return url
}

// "*." stands for one or more labels
function asPattern (host) {
  return new RegExp(`^${host.replaceAll('.', '\\.').replace('*', '.+')}$`)
}

function vendorsUrl (text) {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'https:' && PATTERNS.some((pattern) => pattern.test(url.hostname)) ? url : undefined
}

function hereInsteadOf (url) {
  return new URL(SERVER.origin + SERVER.pathname.replace(/\/$/, '') + url.pathname + url.search)
}

function withHost (headers, host) {
  const all = new Headers(headers)
  all.set('x-forwarded-host', host)
  return all
}

// A body is read before it is sent on, so that it goes with its length as it would have without us.
async function partsOf (request) {
  const { method, headers, signal, redirect, cache, credentials, keepalive } = request
  const body = request.body ? await request.arrayBuffer() : undefined
  return { method, headers, signal, redirect, cache, credentials, keepalive, body }
}
