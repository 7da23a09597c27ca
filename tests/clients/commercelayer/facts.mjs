// What the stories share: who they are, the tester's calls, and how facts are told: one JSON line each.
import { readFileSync } from 'node:fs'
import { webcrypto } from 'node:crypto'
import { authenticate } from '@commercelayer/js-auth'
import { CommerceLayer } from '@commercelayer/sdk/bundle'

globalThis.crypto ??= webcrypto // Node 18 keeps it to itself

const world = process.env.WORLD

export const asked = JSON.parse(readFileSync(0, 'utf8') || '{}')
export const sales = { clientId: `sales_channel_world-${world}`, scope: 'market:code:EU' }
export const integration = { clientId: `integration_world-${world}`, clientSecret: 'secret' }

export const tell = (fact, value) => console.log(JSON.stringify({ fact, value: value ?? null }))

export async function control (method, path, body) {
  const answer = await fetch(`${process.env.KLARNA_MOCK_URL}/_mock${path}`, {
    method, headers: { 'X-Mock-World': world, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body)
  })
  if (!answer.ok) throw new Error(`${method} /_mock${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

// organization and domain are left for the SDK to find in the token
export const client = (accessToken, more = {}) => CommerceLayer({ accessToken, ...more })
export const token = async (who) => (await authenticate('client_credentials', who)).accessToken
export const shop = async () => client(await token(sales))
export const back = async () => client(await token(integration))

// What a refused call threw, as the SDK made it.
export async function refusal (run) {
  try {
    return { succeeded: await run() }
  } catch (error) {
    const { name, type, status, code, message, errors } = error
    return { name, type, status, code, message, errors, first: error.first?.() }
  }
}
