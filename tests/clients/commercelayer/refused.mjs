// How refusals and raw answers look from inside the SDK.
import { back, client, control, refusal, shop, tell } from './facts.mjs'

const [cl, office] = [await shop(), await back()]
const raw = async (who, run) => {
  const reader = who.addRawResponseReader({ headers: true })
  const thrown = await refusal(run)
  who.removeRawResponseReader()
  return { ok: reader.ok, headers: reader.headers, body: reader.rawResponse, thrown }
}
const headers = async (who, run) => (await raw(who, run)).headers

tell('headers of a cacheable read', await headers(cl, () => cl.skus.list()))
tell('headers of a read', await headers(office, () => office.orders.list()))
const hook = { topic: 'orders.place', callback_url: 'http://127.0.0.1/hook' }
const created = await raw(office, () => office.webhooks.create(hook))
tell('headers of a write', created.headers)
tell('meta of a write', created.body.data.meta)
tell('headers of a removal', await headers(office, () => office.webhooks.delete(created.body.data.id)))
tell('what a removal gives', await refusal(async () => {
  const { id } = await office.webhooks.create(hook)
  return typeof await office.webhooks.delete(id)
}))

const missing = () => cl.skus.retrieve('doesNotXst')
tell('missing', await raw(cl, missing))
const { id } = await cl.orders.create({})
tell('not valid', await refusal(() => (
  cl.line_items.create({ sku_code: 'NO-SUCH', quantity: 1, order: cl.orders.relationship(id) })
)))
tell('several', await refusal(() => office.webhooks.create({ topic: 'nonsense', callback_url: 'nowhere' })))
tell('forbidden', await refusal(() => cl.skus.create({ code: 'X', name: 'X' })))
const forged = `${cl.currentAccessToken.split('.').slice(0, 2).join('.')}.AAAA`
tell('no token of ours', await refusal(() => client(forged).skus.list()))

const once = (operation, then) => control('POST', '/rules', { when: { operation }, then, times: 1 })
await once('commercelayer.skus.retrieve', { error: 'RecordNotFoundAtEdge' })
tell('missing at the edge', await raw(cl, missing))
await once('commercelayer.orders.list', { error: 'Throttled' })
tell('throttled at the edge', await raw(office, () => office.orders.list()))
tell('only once', await refusal(async () => Array.isArray(await office.orders.list())))
await once('commercelayer.orders.list', { error: 'INTERNAL_SERVER_ERROR' })
tell('broken', await refusal(() => office.orders.list()))
await once('commercelayer.orders.list', { fault: { delay: '1s' } })
tell('too slow', await refusal(() => office.orders.list({}, { timeout: 100 })))
await once('commercelayer.orders.list', { fault: { truncate: 20 } })
tell('cut off', await refusal(() => office.orders.list()))
