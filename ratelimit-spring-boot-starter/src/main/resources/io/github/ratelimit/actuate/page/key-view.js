// What the page shows of one key.

import { changesOfKey } from './change-buttons.js';
import { h } from './dom.js';
import { ago, count, seconds } from './format.js';
import { linkToLimit } from './limit-views.js';
import { bar } from './usage-bar.js';

/** Shows one key of a limit. */
export function keyView(state, actions) {
	const { limit: name, key: id } = state.route;
	const { key } = state;
	return [
		h('nav', { class: 'crumbs', 'aria-label': 'Breadcrumb' }, h('a', { href: '#/' }, 'All limits'), h('span', { 'aria-hidden': 'true' }, ' › '), h('a', { href: linkToLimit(name) }, name)),
		h('h2', { tabindex: -1 }, 'Key ', h('span', { class: 'code' }, key ? key.key : id)),
		key ? [
			h('dl', { class: 'facts' },
				h('div', { class: 'used', key: 'used' }, h('dt', {}, 'Used'), h('dd', {}, bar(key.limit - key.remaining, key.limit, 'Used'))),
				fact('Remaining', count(key.remaining)),
				fact('Full in', (key.resetAfter > 0) ? seconds(key.resetAfter) : 'now'),
				fact('Allowed', count(key.allowed)), fact('Denied', count(key.denied)),
				fact('Last seen', ago(key.lastSeen)), fact('Id', h('code', {}, key.id)))
		] : h('p', { class: 'muted' }, 'The limit does not know this key: it has made no call, or all its permits are back.'),
		changesOfKey(state, actions)
	];
}

function fact(name, value) {
	return h('div', { key: name }, h('dt', {}, name), h('dd', {}, value));
}
