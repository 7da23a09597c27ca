// Lists of what is sold: filters, sorting, pages, sparse fields and includes.
import { back, refusal, shop, tell } from './facts.mjs'

const [cl, office] = [await shop(), await back()]
const codes = (list) => list.map((sku) => sku.code)

const all = await cl.skus.list({ sort: ['code'] })
tell('all', codes(all))
tell('meta', all.meta)
tell('down', codes(await cl.skus.list({ sort: { code: 'desc' } })))
const page = await cl.skus.list({ sort: { code: 'asc' }, pageSize: 2, pageNumber: 2 })
tell('second page', [codes(page), page.meta, page.hasPrevPage(), page.hasNextPage()])
tell('count', await cl.skus.count())
tell('eq', codes(await cl.skus.list({ filters: { code_eq: all[1].code } })))
tell('in', codes(await cl.skus.list({ filters: { code_in: [all[0].code, all[2].code] }, sort: ['-code'] })))
tell('start', codes(await cl.skus.list({ filters: { code_start: all[0].code.slice(0, 3) } })))
tell('or', codes(await cl.skus.list({ filters: { code_or_name_cont: 'shirt' } })))
tell('over a relationship', codes(await office.skus.list({ filters: { shipping_category_code_eq: 'MERCH' } })).length)
tell('two filters', codes(await cl.skus.list({ filters: { code_not_eq: all[0].code, name_matches: '%T-shirt%' } })))
tell('none', (await cl.skus.list({ filters: { code_eq: 'NOTHING' } })).meta)

const sparse = await cl.skus.retrieve(all[0].id, { fields: { skus: ['code'] } })
tell('sparse', Object.keys(sparse).sort())
const prices = await office.prices.list({
  include: ['sku', 'price_list'], fields: { prices: ['amount_cents', 'sku', 'price_list'], skus: ['code'] },
  sort: ['-amount_cents']
})
tell('prices', prices.map(({ amount_cents: cents, formatted_amount: text, sku, price_list: list }) => (
  [cents, text ?? null, sku.code, sku.name ?? null, list.currency_code]
)))
const deep = await office.prices.list({ include: ['sku.shipping_category'] })
tell('deep', [...new Set(deep.map((price) => price.sku.shipping_category.name))])
tell('not included', (await cl.prices.list()).map((price) => price.sku ?? null))
tell('related', (await office.skus.shipping_category(all[0].id)).code)
tell('related list', (await office.skus.prices(all[0].id)).map((price) => price.amount_cents))

tell('unknown filter', await refusal(() => cl.skus.list({ filters: { colour_eq: 'red' } })))
tell('unknown sort', await refusal(() => cl.skus.list({ sort: ['colour'] })))
tell('unknown include', await refusal(() => cl.skus.list({ include: ['colour'] })))
tell('too many', await refusal(() => cl.skus.list({ pageSize: 26 })))
