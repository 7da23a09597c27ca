// Every grant that js-auth knows, what it reads in the tokens, and what becomes of tokens that are taken back.
import {
  authenticate, createAssertion, getCoreApiBaseEndpoint, getTokenType, jwtDecode, jwtIsIntegration, jwtIsSalesChannel,
  jwtIsWebApp, jwtVerify, makeIntegration, makeSalesChannel, revoke
} from '@commercelayer/js-auth'
import { back, client, integration, refusal, sales, shop, tell } from './facts.mjs'

const webapp = { clientId: sales.clientId.replace('sales_channel', 'webapp'), clientSecret: 'secret' }
const login = { username: 'sanne@shop.test', password: 'open sesame' }
const CLAIMS = 'https://commercelayer.io/claims'

const keep = () => {
  const kept = new Map()
  return {
    name: 'memory',
    getItem: async (key) => kept.get(key) ?? null,
    setItem: async (key, value) => { kept.set(key, value) },
    removeItem: async (key) => { kept.delete(key) }
  }
}
const brief = async (granted) => {
  const { accessToken, refreshToken, expires, ...rest } = granted
  return { ...rest, keys: Object.keys(granted).sort(), expires: expires instanceof Date }
}
const lists = (accessToken) => refusal(async () => (await client(accessToken).customers.list()).length)

const forShop = await authenticate('client_credentials', sales)
tell('sales channel', await brief(forShop))
const { header, payload } = jwtDecode(forShop.accessToken)
tell('sales channel claims', {
  header, payload, isSales: jwtIsSalesChannel(payload), type: getTokenType(payload),
  base: getCoreApiBaseEndpoint(forShop.accessToken)
})
const forBack = await authenticate('client_credentials', integration)
tell('integration', await brief(forBack))
tell('integration claims', { isIntegration: jwtIsIntegration(jwtDecode(forBack.accessToken).payload) })

const customers = (await back()).customers
const customer = await customers.create({ email: login.username, password: login.password })
tell('customer', customer.id)
const forCustomer = await authenticate('password', { ...sales, ...login })
tell('password', { ...await brief(forCustomer), type: getTokenType(jwtDecode(forCustomer.accessToken).payload) })
tell('wrong password', await authenticate('password', { ...sales, ...login, password: 'open barley' }))

const again = await authenticate('refresh_token', { ...sales, refreshToken: forCustomer.refreshToken })
tell('refresh', await brief(again))
tell('refresh is another token', again.accessToken !== forCustomer.accessToken)
tell('refresh used twice', await authenticate('refresh_token', { ...sales, refreshToken: forCustomer.refreshToken }))

const assertion = await createAssertion({
  payload: { [CLAIMS]: { owner: { type: 'Customer', id: customer.id }, custom_claim: { tier: 'gold' } } }
})
const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const forOwner = await authenticate(bearer, { ...sales, clientSecret: 'secret', assertion })
tell('assertion', { ...await brief(forOwner), claim: jwtDecode(forOwner.accessToken).payload.custom_claim })
tell('assertion of nobody', await authenticate(bearer, { ...sales, clientSecret: 'secret', assertion: 'a.b.c' }))

const redirectUri = 'http://127.0.0.1/back'
const query = new URLSearchParams({
  client_id: webapp.clientId, redirect_uri: redirectUri, response_type: 'code', scope: 'market:all', state: 's 1'
})
const page = await fetch(`https://auth.commercelayer.io/oauth/authorize?${query}`) // which the user's browser shows
const action = (await page.text()).match(/action="([^"]+)"/)[1].replaceAll('&amp;', '&')
const sent = await fetch(new URL(action, 'https://auth.commercelayer.io'), {
  method: 'POST', redirect: 'manual', body: new URLSearchParams({ decision: 'authorize' })
})
const returned = new URL(sent.headers.get('location'))
tell('authorization code', [returned.origin + returned.pathname, returned.searchParams.get('state')])
const code = { ...webapp, redirectUri, code: returned.searchParams.get('code') }
const forUser = await authenticate('authorization_code', code)
tell('webapp', { ...await brief(forUser), isWebApp: jwtIsWebApp(jwtDecode(forUser.accessToken).payload) })

tell('unknown client', await authenticate('client_credentials', { clientId: 'nobody', scope: 'market:code:EU' }))
tell('unknown market', await authenticate('client_credentials', { ...sales, scope: 'market:code:MOON' }))

const verified = async (text) => {
  try {
    return (await jwtVerify(text)).payload.application.client_id
  } catch (error) {
    return error.name
  }
}
tell('verified', await verified(forShop.accessToken))
const [head, , signature] = forShop.accessToken.split('.')
tell('verified when changed', await verified([head, forBack.accessToken.split('.')[1], signature].join('.')))

tell('before revoking', await lists(forBack.accessToken))
tell('revoked by another', await revoke({ ...webapp, token: forBack.accessToken }))
tell('revoked', await revoke({ ...integration, token: forBack.accessToken }))
tell('after revoking', await lists(forBack.accessToken))

const kept = makeIntegration(integration, { storage: keep() })
const [one, two] = [await kept.getAuthorization(), await kept.getAuthorization()]
tell('kept', { same: one.accessToken === two.accessToken, ownerType: one.ownerType, lists: await lists(one.accessToken) })
tell('kept, revoked', await kept.revokeAuthorization())
tell('kept, after revoking', await lists(one.accessToken))

const channel = makeSalesChannel(sales, { storage: keep() })
const guest = await channel.getAuthorization()
await channel.setCustomer({ accessToken: again.accessToken, refreshToken: again.refreshToken, scope: again.scope })
const known = await channel.getAuthorization()
const order = await client(known.accessToken).orders.create({})
tell('channel', [guest.ownerType, known.ownerType, known.ownerId])
tell('channel, order', [order.guest, order.customer_email])
tell('channel, logged out', [await channel.logoutCustomer(), (await channel.getAuthorization()).ownerType])
tell('channel, after logging out', await refusal(() => client(known.accessToken).orders.create({})))
tell('guests still shop', (await (await shop()).skus.list()).length > 0)
