// What the shop does with a webhook: check the signature, read the payload, both with sdk-utils.
import { checkSignature, webhooks } from '@commercelayer/sdk-utils'
import { asked, tell } from './facts.mjs'

const { body, headers, secret } = asked
tell('signed', checkSignature(body, headers, secret))
tell('changed', checkSignature(body.replace('placed', 'Placed'), headers, secret).ok)
tell('another secret', checkSignature(body, headers, `${secret}x`).ok)
const order = webhooks.parse.orders(body)
tell('order', [order.id, order.number, order.status, order.customer.email, order.line_items[0].item?.type])
