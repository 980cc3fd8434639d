// Draws the bars that show how much of a limit is used.

import { h } from './dom.js';
import { brief, count } from './format.js';

/** Draws how much of something is used. */
export function bar(used, limit, label) {
	const share = (limit > 0) ? Math.min(1, Math.max(0, used / limit)) : 0;
	const level = (share >= 1) ? 'full' : (share >= 0.8) ? 'near' : 'some';
	return h('div', { class: 'measure' },
		h('div', {
			class: `bar ${level}`, role: 'meter', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': limit,
			'aria-valuenow': Math.min(limit, Math.max(0, used)), 'aria-valuetext': `${count(used)} of ${count(limit)} used`
		}, h('div', { class: 'fill', style: { width: `${(share * 100).toFixed(1)}%` } })),
		h('span', { class: 'figures', 'aria-hidden': 'true' }, `${brief(used)} / ${brief(limit)}`));
}
