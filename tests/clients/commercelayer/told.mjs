// Webhooks are asked for, and something happens that they tell of.
import { asked, back, shop, tell } from './facts.mjs'
import { placed } from './purchase.mjs'

const office = await back()
const hook = await office.webhooks.create({
  name: 'Orders', topic: 'orders.place', callback_url: asked.url, include_resources: ['customer', 'line_items.item'],
  metadata: { of: 'a test' }
})
const seen = await office.webhooks.retrieve(hook.id)
tell('webhook', {
  topic: seen.topic, state: seen.circuit_state, failures: seen.circuit_failure_count, include: seen.include_resources,
  same: seen.shared_secret === hook.shared_secret
})
tell('secret', hook.shared_secret)
const order = await placed(await shop())
tell('order', [order.id, order.number])
tell('webhook id', hook.id)
