// The world's time is long past, so tokens that are good there have expired by the SDK's own clock.
import { back, client, control, integration, refusal, sales, tell, token } from './facts.mjs'

await control('POST', '/clock', { freeze: '2020-02-01T12:00:00Z' })
const first = await token(sales)
const calls = []
const refreshToken = async (old) => { calls.push(old); return token(sales) }
const shop = client(first, { refreshToken })
const without = client(first)

tell('while it is good', (await shop.skus.list()).length > 0)
tell('calls while it is good', calls.length)
tell('moved', (await control('POST', '/clock', { advance: '4h' })).now)
tell('without a callback', await refusal(() => without.skus.list()))
tell('after it ended', (await shop.skus.list()).length > 0)
tell('calls', calls.map((old) => old === first))
tell('another token', shop.currentAccessToken !== first)
await shop.orders.create({})
tell('calls with the new one', calls.length)

await control('POST', '/clock', { advance: '5h' })
const failing = client(first, { refreshToken: async () => { throw new Error('no more') } })
tell('a callback that fails', await refusal(() => failing.skus.list()))

const office = client(await token(integration), { refreshToken: async () => token(integration) })
await control('POST', '/clock', { advance: '2h' })
tell('a write after it ended', (await office.customers.create({ email: 'late@shop.test' })).email)
tell('written once', await (await back()).customers.count({ filters: { email_eq: 'late@shop.test' } }))
