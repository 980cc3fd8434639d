// What the page shows of all limits, of one limit, and of clients.

import { changesOfAll, changesOfLimit } from './change-buttons.js';
import { h } from './dom.js';
import { brief, count, seconds } from './format.js';
import { chart, sparkline, total } from './history-chart.js';
import { bar } from './usage-bar.js';

const LIMITS_ON_A_PAGE = 20;

const NOTHING_YET = { allowed: [], denied: [] };

export function linkToLimit(name) {
	return `#/limit/${encodeURIComponent(name)}`;
}

export function linkToKey(limit, id) {
	return `${linkToLimit(limit)}/${encodeURIComponent(id)}`;
}

function historyOf(state, name) {
	return state.history?.limits[name] ?? NOTHING_YET;
}

/** Returns calls a second in the last 15 seconds that are counted. */
function lately(state, name, what) {
	const counts = historyOf(state, name)[what].slice(-3);
	return counts.reduce((sum, value) => sum + value, 0) / Math.max(1, counts.length) / (state.history?.seconds ?? 5);
}

/** Returns the key with the fewest permits left in proportion. */
function nearest(limit) {
	return (limit.busiest ?? []).filter((key) => key.limit > 0)
		.reduce((first, key) => (!first || key.remaining / key.limit < first.remaining / first.limit) ? key : first, null);
}

function ratesOf(limit) {
	return (limit.maxConcurrent != null) ? `${count(limit.maxConcurrent)} at once` : limit.rates.join(', ');
}

function modeOf(limit, overview) {
	if (!overview.enabled) {
		return chip('off', 'bad');
	}
	const shadow = overview.mode === 'shadow' || limit.mode === 'shadow';
	return shadow && chip('shadow', 'warn', 'Counts and reports, and lets every call through');
}

function chip(text, level, title) {
	return h('span', { class: `chip ${level}`, title }, text);
}

/** What is above every view. */
export function header(state, actions) {
	const { overview } = state;
	const store = overview?.store;
	return [
		h('h1', {}, h('a', { href: '#/' }, 'Rate limits')),
		overview && h('ul', { class: 'facts', 'aria-label': 'State of the limiter' },
			h('li', {}, !overview.enabled ? chip('disabled', 'bad', 'No limit is enforced')
				: (overview.mode === 'shadow') ? chip('shadow', 'warn', 'Counts and reports, and lets every call through')
					: chip('enforced', 'good')),
			h('li', {}, 'Store ', h('strong', {}, store.type), ' ', chip(store.status, (store.status === 'up') ? 'good' : 'bad')),
			h('li', {}, h('strong', {}, count(store.instances)), (store.instances === 1) ? ' instance' : ' instances')),
		h('div', { class: 'clock' },
			h('span', { class: 'muted' }, state.seen ? `${state.paused ? 'Paused at' : 'Live,'} ${state.seen.toLocaleTimeString('en-GB')}` : 'Loading…'),
			h('button', { type: 'button', class: 'quiet', 'aria-pressed': String(state.paused), onclick: actions.pause }, state.paused ? 'Resume' : 'Pause'))
	];
}

export function trouble(state) {
	return state.trouble && h('p', { class: 'trouble', role: 'alert', key: 'trouble' }, state.trouble,
		state.seen ? ` The figures are those of ${state.seen.toLocaleTimeString('en-GB')}.` : '');
}

/** Why a change was not made. */
export function refusal(state, actions) {
	return state.refusal && h('p', { class: 'trouble', role: 'alert', key: 'refusal' }, 'Nothing has changed. ', state.refusal, ' ',
		h('button', { type: 'button', onclick: actions.dismiss }, 'Close'));
}

/** Shows all limits. */
export function overview(state, actions) {
	const { overview } = state;
	const limits = Object.entries(overview.limits);
	if (limits.length === 0) {
		return [h('h2', { tabindex: -1 }, 'No limits'), h('p', {}, 'The application has no limits. Name one below ',
			h('code', {}, 'ratelimit.limits'), ' in its configuration.'), clients(overview)];
	}
	return [
		h('h2', { class: 'hidden', tabindex: -1 }, 'All limits'),
		chart(total(Object.values(state.history?.limits ?? {})), state.history?.seconds ?? 5, 'All limits'),
		h('section', { 'aria-labelledby': 'limits-title', key: 'limits' }, limitsTable(state, limits, actions)),
		clients(overview),
		h('div', { class: 'columns', key: 'keys' },
			keysOfAll('Busiest keys', 'Calls', limits, 'busiest', 'calls'),
			keysOfAll('Most denied keys', 'Denied', limits, 'mostDenied', 'denied')),
		h('div', { class: 'bar-above', key: 'end' },
			h('p', { class: 'note' }, 'Keys: those that stand out among the calls of the last 10 to 20 minutes that this instance has seen.'),
			changesOfAll(state, actions))
	];
}

const COLUMNS = [
	{ id: 'name', title: 'Limit', order: (a, b) => a.name.localeCompare(b.name) },
	{ id: 'rate', title: 'Rate', kind: 'rate' },
	{ id: 'allowed', title: 'Allowed/s', kind: 'number', order: (a, b) => b.allowed - a.allowed },
	{ id: 'denied', title: 'Denied/s', kind: 'number', order: (a, b) => b.denied - a.denied },
	{ id: 'spark', title: 'Last 5 min', kind: 'sparks' },
	{ id: 'used', title: 'Fullest busy key', order: (a, b) => b.share - a.share },
	{ id: 'keys', title: 'Keys', kind: 'number tracked', order: (a, b) => b.limit.trackedKeys - a.limit.trackedKeys }
];

function limitsTable(state, limits, actions) {
	const { filter, sort } = state;
	const rows = limits.filter(([name]) => name.toLowerCase().includes(filter.toLowerCase())).map(([name, limit]) => {
		const fullest = nearest(limit);
		return {
			name, limit, fullest,
			share: fullest ? 1 - fullest.remaining / fullest.limit : -1,
			allowed: lately(state, name, 'allowed'),
			denied: lately(state, name, 'denied')
		};
	});
	rows.sort((a, b) => COLUMNS.find((column) => column.id === sort).order(a, b) || a.name.localeCompare(b.name));
	const pages = Math.max(1, Math.ceil(rows.length / LIMITS_ON_A_PAGE));
	const page = Math.min(state.limitsPage, pages - 1);
	const shown = rows.slice(page * LIMITS_ON_A_PAGE, (page + 1) * LIMITS_ON_A_PAGE);
	return [
		h('div', { class: 'bar-above' },
			h('h3', { id: 'limits-title' }, (limits.length === 1) ? '1 limit' : `${count(limits.length)} limits`),
			h('label', { class: 'field' }, h('span', { class: 'hidden' }, 'Filter limits by name'),
				h('input', { type: 'search', placeholder: 'Filter by name', oninput: (event) => actions.filter(event.target.value) }))),
		h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-labelledby': 'limits-title' },
			h('table', { class: 'limits' },
				h('thead', {}, h('tr', {}, COLUMNS.map((column) => h('th', {
					scope: 'col', class: column.kind, 'aria-sort': column.order ? ((sort === column.id) ? ((column.id === 'name') ? 'ascending' : 'descending') : 'none') : null
				}, column.order ? h('button', { type: 'button', class: 'sort', onclick: () => actions.sort(column.id) }, column.title) : column.title)))),
				h('tbody', {}, shown.map((row) => limitRow(state, row))))),
		(rows.length === 0) && h('p', { class: 'muted' }, 'No limit has this in its name.'),
		(pages > 1) && h('nav', { class: 'pages', 'aria-label': 'Pages of limits' },
			h('button', { type: 'button', disabled: page === 0, onclick: () => actions.limitsPage(page - 1) }, 'Previous'),
			h('span', {}, `${page + 1} of ${pages}`),
			h('button', { type: 'button', disabled: page === pages - 1, onclick: () => actions.limitsPage(page + 1) }, 'Next'))
	];
}

function limitRow(state, { name, limit, fullest, allowed, denied }) {
	return h('tr', { key: name },
		h('th', { scope: 'row' }, h('a', { href: linkToLimit(name) }, name), ' ', modeOf(limit, state.overview)),
		h('td', { class: 'rate' }, ratesOf(limit)),
		h('td', { class: 'number' }, brief(allowed)),
		h('td', { class: (denied > 0) ? 'number denied' : 'number muted' }, brief(denied)),
		h('td', { class: 'sparks' }, sparkline(historyOf(state, name))),
		h('td', {}, fullest ? bar(fullest.limit - fullest.remaining, fullest.limit, `Used by ${fullest.key}`) : h('span', { class: 'muted' }, '–')),
		h('td', { class: 'number tracked' }, brief(limit.trackedKeys)));
}

function keysOfAll(title, figure, limits, list, field) {
	const keys = limits.flatMap(([name, limit]) => (limit[list] ?? []).filter((key) => key.key !== 'global').map((key) => ({ ...key, name })))
		.sort((a, b) => b[field] - a[field])
		.slice(0, 10);
	return keysList(title, figure, keys, field, true);
}

function keysList(title, figure, keys, field, named) {
	const most = keys[0]?.[field] ?? 1;
	return h('section', { key: title }, h('h3', {}, title),
		(keys.length === 0) ? h('p', { class: 'muted' }, 'None stands out.')
			: h('table', {}, h('thead', { class: 'hidden' }, h('tr', {}, h('th', { scope: 'col' }, 'Key'), named && h('th', { scope: 'col' }, 'Limit'), h('td', {}), h('th', { scope: 'col' }, figure))),
				h('tbody', {}, keys.map((key) => h('tr', { key: `${key.name} ${key.id}` },
					h('th', { scope: 'row' }, h('a', { class: 'code', href: linkToKey(key.name, key.id) }, key.key)),
					named && h('td', { class: 'muted' }, key.name),
					h('td', { class: 'weighed' }, h('div', { class: 'weight', 'aria-hidden': 'true' }, h('div', { class: field, style: { width: `${(100 * key[field] / most).toFixed(1)}%` } }))),
					h('td', { class: 'number' }, count(key[field])))))));
}

/** Shows one limit. */
export function limit(state, actions) {
	const name = state.route.limit;
	const limit = state.limit;
	return [
		h('nav', { class: 'crumbs', 'aria-label': 'Breadcrumb' }, h('a', { href: '#/' }, 'All limits')),
		h('div', { class: 'bar-above' },
			h('h2', { tabindex: -1 }, name, ' ', modeOf(limit, state.overview)),
			changesOfLimit(name, limit, actions)),
		h('dl', { class: 'facts' },
			fact('Rate', ratesOf(limit)), fact('Algorithm', limit.algorithm), fact('Key', limit.key.join(', ') || 'given by code'),
			Object.keys(limit.plans ?? {}).length > 0 && fact('Plans', Object.entries(limit.plans).map(([plan, terms]) => `${plan}: ${ratesOf(terms)}`).join('; ')),
			limit.banAfter && fact('Bans', limit.banAfter), limit.boundTo.length > 0 && fact('Bound to', limit.boundTo.join(', ')),
			fact('Allowed', count(limit.allowed)), fact('Denied', count(limit.denied)),
			limit.shadowDenied > 0 && fact('Would be denied', count(limit.shadowDenied)), limit.degraded > 0 && fact('Degraded', count(limit.degraded)),
			fact('Keys', count(limit.trackedKeys)),
			Object.entries(limit.changed ?? {}).map(([name, change]) => fact(`${name} was changed`, `from ${change.configured ?? 'none'} to ${change.value ?? 'none'}`))),
		chart(historyOf(state, name), state.history?.seconds ?? 5, 'Calls'),
		h('div', { class: 'columns', key: 'keys' },
			keysList('Busiest keys', 'Calls', (limit.busiest ?? []).map((key) => ({ ...key, name })), 'calls', false),
			keysList('Most denied keys', 'Denied', (limit.mostDenied ?? []).map((key) => ({ ...key, name })), 'denied', false)),
		h('section', { 'aria-labelledby': 'keys-title', key: 'table' }, keysTable(state, name, limit, actions))
	];
}

function fact(name, value) {
	return h('div', { key: name }, h('dt', {}, name), h('dd', {}, value));
}

function keysTable(state, name, limit, actions) {
	return [
		h('div', { class: 'bar-above' },
			h('h3', { id: 'keys-title' }, state.search ? 'Keys found' : 'Keys'),
			h('form', { role: 'search', class: 'field', onsubmit: (event) => {
				event.preventDefault();
				actions.search(new FormData(event.target).get('text').trim());
			} },
			h('label', { class: 'hidden', for: 'search' }, 'Find a key by its id or its whole text'),
			h('input', { id: 'search', name: 'text', type: 'search', autocomplete: 'off', spellcheck: 'false', placeholder: 'Id or whole text of a key' }),
			h('button', { type: 'submit' }, 'Find'),
			state.search && h('button', { type: 'button', class: 'quiet', onclick: () => actions.search('') }, 'All keys'))),
		(limit.keys.length === 0) ? h('p', { class: 'muted' }, state.search ? 'The limit knows no key of this id or text: it has made no call, or all its permits are back.' : 'No key has made a call, or all permits are back.')
			: h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-labelledby': 'keys-title' },
				h('table', {},
					h('thead', {}, h('tr', {}, ['Key', 'Used'].map((title) => h('th', { scope: 'col' }, title)), ['Full in', 'Allowed', 'Denied'].map((title) => h('th', { scope: 'col', class: 'number' }, title)))),
					h('tbody', {}, limit.keys.map((key) => h('tr', { key: key.id },
						h('th', { scope: 'row' }, h('a', { class: 'code', href: linkToKey(name, key.id), title: key.id }, key.key)),
						h('td', {}, bar(key.limit - key.remaining, key.limit, `Used by ${key.key}`)),
						h('td', { class: 'number' }, (key.resetAfter > 0) ? seconds(key.resetAfter) : 'full'),
						h('td', { class: 'number' }, count(key.allowed)),
						h('td', { class: (key.denied > 0) ? 'number denied' : 'number muted' }, count(key.denied))))))),
		(state.before.length > 0 || limit.next) && h('nav', { class: 'pages', 'aria-label': 'Pages of keys' },
			h('button', { type: 'button', disabled: state.before.length === 0, onclick: actions.keysBack }, 'Previous'),
			h('span', {}, `Page ${state.before.length + 1}`),
			h('button', { type: 'button', disabled: !limit.next, onclick: () => actions.keysNext(limit.next) }, 'Next'))
	];
}

function clients(overview) {
	const all = Object.entries(overview.clients ?? {});
	return all.length > 0 && h('section', { 'aria-labelledby': 'clients-title', key: 'clients' },
		h('div', { class: 'bar-above' }, h('h3', { id: 'clients-title' }, (all.length === 1) ? '1 client' : `${all.length} clients`)),
		h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-labelledby': 'clients-title' },
			h('table', { class: 'wide' },
				h('thead', {}, h('tr', {}, ['Client', 'Key', 'State', 'Quota', 'Provider says', 'We expect'].map((title) => h('th', { scope: 'col' }, title)),
					['In flight', 'Waiting', 'Throttled'].map((title) => h('th', { scope: 'col', class: 'number' }, title)))),
				h('tbody', {}, all.flatMap(([name, client]) => (client.keys.length > 0) ? client.keys.flatMap((key, i) => clientRows(name, client, key, i === 0))
					: [h('tr', { key: name }, h('th', { scope: 'row' }, name), h('td', { class: 'muted', colspan: 8 }, client.used ? 'No quota is known.' : 'Has made no call yet.'))])))));
}

function clientRows(name, client, key, first) {
	const quotas = (key.quotas.length > 0) ? key.quotas : [null];
	return quotas.map((quota, i) => h('tr', { key: `${name} ${key.id} ${key.model} ${i}` },
		h('th', { scope: 'row' }, first && (i === 0) && [name, ' ', (client.mode === 'shadow') && chip('shadow', 'warn')]),
		h('td', {}, (i === 0) && [h('span', { class: 'code' }, key.key), key.model && h('span', { class: 'muted' }, ` ${key.model}`)]),
		h('td', {}, (i === 0) && chip(key.state, (key.state === 'normal') ? 'good' : 'warn', key.reason)),
		h('td', {}, quota ? `${count(quota.limit)} ${quota.dimension} / ${seconds(quota.window)}` : h('span', { class: 'muted' }, 'not known')),
		h('td', {}, (quota?.remaining != null) ? bar(quota.limit - quota.remaining, quota.limit, `${quota.dimension} used, says the provider`) : h('span', { class: 'muted' }, '–')),
		h('td', {}, quota && bar(quota.limit - quota.available, quota.limit, `${quota.dimension} used, as this instance expects`)),
		h('td', { class: 'number' }, (i === 0) && count(key.inFlight)),
		h('td', { class: 'number' }, (i === 0) && count(key.waiting)),
		h('td', { class: 'number' }, (i === 0) && count(key.throttled))));
}
