// An order from a draft to its last refund: a shopper who pays with Klarna, then a merchant with the money.
import { back, refusal, shop, tell } from './facts.mjs'
import { authorize, cart, placed } from './purchase.mjs'

const [cl, office] = [await shop(), await back()]
const triple = ({ status, payment_status: money, fulfillment_status: goods }) => [status, money, goods].join('/')
const now = async (id) => triple(await office.orders.retrieve(id))
const sums = (rows) => rows.map((row) => [row.amount_cents, row.succeeded])

tell('draft', triple(await cl.orders.create({})))
const order = await cart(cl)
const { id } = order
tell('pending', triple(order))
const total = order.total_amount_cents
tell('total', [order.subtotal_amount_cents, order.shipping_amount_cents, total, order.formatted_total_amount])

tell('placed without a source', await refusal(() => cl.orders.update({ id, _place: true })))
const payment = await cl.klarna_payments.create({ order: cl.orders.relationship(id) }, { include: ['order'] })
tell('payment', {
  type: payment.type, session: payment.session_id, token: payment.client_token, auth: payment.auth_token,
  categories: payment.payment_methods.map((method) => Object.keys(method).sort()), order: payment.order.id === id
})
tell('placed without a token', await refusal(() => cl.orders.update({ id, _place: true })))
const authorized = await authorize(cl, payment)
tell('authorized', [typeof authorized.auth_token, authorized.mismatched_amounts])

const done = await cl.orders.update({ id, _place: true }, { include: ['payment_source', 'payment_method', 'line_items'] })
tell('placed', triple(done))
tell('placed, more', {
  editable: done.editable, placed: typeof done.placed_at, source: done.payment_source.type,
  method: done.payment_method.payment_source_type, details: done.payment_source_details,
  lines: done.line_items.map((line) => line.item_type).sort()
})
tell('placed again', triple(await cl.orders.update({ id, _place: true })))
tell('another line', await refusal(async () => cl.line_items.create({
  sku_code: done.line_items.find((line) => line.sku_code).sku_code, quantity: 1, order: cl.orders.relationship(id)
})))
tell('approved by the shop', await refusal(() => cl.orders.update({ id, _approve: true })))

const [authorization] = await office.orders.authorizations(id)
const { amount_cents: held, succeeded, number } = authorization
tell('authorization', [held === total, succeeded, number === `${order.number}/T/001`])
tell('captured too early', await refusal(() => office.authorizations.update({ id: authorization.id, _capture: true })))
tell('approved', triple(await office.orders.update({ id, _approve: true })))

const half = Math.floor(total / 2)
await office.authorizations.update({ id: authorization.id, _capture: true, _capture_amount_cents: half })
tell('partly captured', await now(id))
const left = (await office.authorizations.retrieve(authorization.id)).capture_balance_cents
tell('left to capture', left === total - half)
tell('captured too much', await refusal(() => (
  office.authorizations.update({ id: authorization.id, _capture: true, _capture_amount_cents: left + 1 })
)))
await office.authorizations.update({ id: authorization.id, _capture: true })
tell('captured', await now(id))
const captures = await office.orders.captures(id)
tell('captures', [sums(captures), half, left])

await office.captures.update({ id: captures[0].id, _refund: true, _refund_amount_cents: 100 })
tell('partly refunded', await now(id))
const capture = await office.captures.retrieve(captures[0].id, { include: ['refunds', 'reference_authorization'] })
const { refund_balance_cents: kept, refunds: first, reference_authorization: origin } = capture
tell('refund', [kept === half - 100, sums(first), origin.id === authorization.id])
tell('refunded', triple(await office.orders.update({ id, _refund: true })))
const refunds = await office.orders.refunds(id)
tell('refunds', [refunds.length, refunds.reduce((sum, refund) => sum + refund.amount_cents, 0) === total])
const { transactions } = await office.orders.retrieve(id, { include: ['transactions'] })
tell('transactions', transactions.map((row) => `${row.number.slice(-3)} ${row.type}`).sort())

const whole = await placed(cl, 1)
await office.orders.update({ id: whole.id, _approve_and_capture: true })
tell('approved and captured', await now(whole.id))

const never = await placed(cl, 1)
tell('cancelled', triple(await office.orders.update({ id: never.id, _cancel: true })))
const [gone] = await office.orders.authorizations(never.id, { include: ['voids'] })
tell('voids', sums(gone.voids))
tell('cancelled again', triple(await office.orders.update({ id: never.id, _cancel: true })))

const released = await placed(cl, 1)
const [unused] = await office.orders.authorizations(released.id)
await office.authorizations.update({ id: unused.id, _void: true })
tell('voided', await now(released.id))
