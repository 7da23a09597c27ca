// A shopper's purchase, from a draft to an order that can be placed, as a checkout does it.
import { control } from './facts.mjs'

export const ADDRESS = {
  first_name: 'Sanne', last_name: 'Bakker', line_1: 'Hafenweg 7', zip_code: '20457', city: 'Hamburg', state_code: 'HH',
  country_code: 'DE', phone: '+49301234567'
}

export async function cart (cl, quantity = 3, email = 'sanne@shop.test') {
  const { id } = await cl.orders.create({ customer_email: email })
  const [sku] = await cl.skus.list({ sort: { code: 'asc' }, pageSize: 1 })
  await cl.line_items.create({ sku_code: sku.code, quantity, order: cl.orders.relationship(id) })
  const address = await cl.addresses.create(ADDRESS)
  await cl.orders.update({
    id, billing_address: cl.addresses.relationship(address.id), _shipping_address_same_as_billing: true
  })
  const { shipments } = await cl.orders.retrieve(id, { include: ['shipments.available_shipping_methods'] })
  for (const shipment of shipments) {
    const cheapest = shipment.available_shipping_methods.sort((a, b) => a.price_amount_cents - b.price_amount_cents)[0]
    await cl.shipments.update({ id: shipment.id, shipping_method: cl.shipping_methods.relationship(cheapest.id) })
  }
  const { available_payment_methods: methods } = await cl.orders.retrieve(id, { include: ['available_payment_methods'] })
  const klarna = methods.find((method) => method.payment_source_type === 'klarna_payments')
  return cl.orders.update({ id, payment_method: cl.payment_methods.relationship(klarna.id) })
}

// What Klarna.Payments.authorize() does in the browser.
export async function authorize (cl, payment) {
  const { authorization_token: token } = await control(
    'POST', '/klarna/authorizations', { session_id: payment.session_id }
  )
  return cl.klarna_payments.update({ id: payment.id, auth_token: token })
}

export async function placed (cl, quantity) {
  const { id } = await cart(cl, quantity)
  await authorize(cl, await cl.klarna_payments.create({ order: cl.orders.relationship(id) }))
  return cl.orders.update({ id, _place: true })
}
