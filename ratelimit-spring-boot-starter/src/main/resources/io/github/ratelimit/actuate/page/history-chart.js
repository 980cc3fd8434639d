// Draws allowed and denied calls over time.

import { h } from './dom.js';
import { brief } from './format.js';

const POINTS = 60;

/** Pads a series to its full length, so that all begin at the same time. */
function padded(series) {
	return [...new Array(Math.max(0, POINTS - series.length)).fill(null), ...series];
}

function line(series, width, height, most) {
	let path = '';
	let open = false;
	padded(series).forEach((value, i) => {
		if (value === null) {
			return;
		}
		const x = (i * width / (POINTS - 1)).toFixed(1);
		const y = (height - value / most * height).toFixed(1);
		path += `${open ? 'L' : 'M'}${x} ${y}`;
		open = true;
	});
	return path;
}

function area(series, width, height, most) {
	const path = line(series, width, height, most);
	if (!path) {
		return '';
	}
	const first = (Math.max(0, POINTS - series.length) * width / (POINTS - 1)).toFixed(1);
	return `${path}L${width} ${height}L${first} ${height}Z`;
}

/** Returns the next number that is easy to read. */
function ceiling(number) {
	const power = 10 ** Math.floor(Math.log10(Math.max(number, 0.1)));
	return [1, 2, 4, 5, 10].map((step) => step * power).find((step) => step >= number) ?? number;
}

/** Draws allowed and denied calls without any text. */
export function sparkline(history) {
	const width = 120;
	const height = 22;
	const most = Math.max(1, ...history.allowed, ...history.denied);
	return h('svg', { class: 'spark', viewBox: `0 -1 ${width} ${height + 2}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
		h('path', { class: 'area denied', d: area(history.denied, width, height, most) }),
		h('path', { class: 'line allowed', d: line(history.allowed, width, height, most) }),
		h('path', { class: 'line denied', d: line(history.denied, width, height, most) }));
}

/** Draws allowed and denied calls a second, with axes. */
export function chart(history, seconds, label) {
	const width = 720;
	const height = 150;
	const perSecond = {
		allowed: history.allowed.map((calls) => calls / seconds),
		denied: history.denied.map((calls) => calls / seconds)
	};
	const most = ceiling(Math.max(0.2, ...perSecond.allowed, ...perSecond.denied));
	const minutes = POINTS * seconds / 60;
	return h('figure', { class: 'chart' },
		h('figcaption', {},
			h('span', { class: 'title' }, label),
			h('span', { class: 'legend' }, h('span', { class: 'key allowed' }), 'Allowed'),
			h('span', { class: 'legend' }, h('span', { class: 'key denied' }), 'Denied'),
			h('span', { class: 'unit' }, 'calls per second')),
		h('div', { class: 'plot' },
			h('div', { class: 'scale', 'aria-hidden': 'true' }, [1, 0.5, 0].map((part) => h('span', {}, brief(most * part)))),
			h('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': described(label, perSecond, minutes) },
				[0, 0.5, 1].map((part) => h('path', { class: 'grid', d: `M0 ${part * height}H${width}` })),
				h('path', { class: 'area allowed', d: area(perSecond.allowed, width, height, most) }),
				h('path', { class: 'area denied', d: area(perSecond.denied, width, height, most) }),
				h('path', { class: 'line allowed', d: line(perSecond.allowed, width, height, most) }),
				h('path', { class: 'line denied', d: line(perSecond.denied, width, height, most) })),
			h('div', { class: 'times', 'aria-hidden': 'true' },
				Array.from({ length: minutes + 1 }, (_, i) => h('span', {}, (i === minutes) ? 'now' : `−${minutes - i} min`)))));
}

function described(label, perSecond, minutes) {
	const said = (name) => {
		const series = perSecond[name];
		const mean = series.reduce((sum, value) => sum + value, 0) / Math.max(1, series.length);
		return `${name} ${brief(series.at(-1) ?? 0)} a second now, ${brief(mean)} on average, ${brief(Math.max(0, ...series))} at most`;
	};
	return `${label}, last ${minutes} minutes: ${said('allowed')}; ${said('denied')}`;
}

/** Adds up the counts of several limits. */
export function total(histories) {
	const sum = { allowed: [], denied: [] };
	for (const history of histories) {
		for (const name of ['allowed', 'denied']) {
			const shift = Math.max(0, history[name].length - sum[name].length);
			sum[name] = [...new Array(shift).fill(0), ...sum[name]];
			const offset = sum[name].length - history[name].length;
			history[name].forEach((value, i) => sum[name][offset + i] += value);
		}
	}
	return sum;
}
