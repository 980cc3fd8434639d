// What can be changed from the page, as far as access allows it; and the question before it.

import { may } from './api.js';
import { h } from './dom.js';

const BANS = [['10min', '10 minutes'], ['1h', '1 hour'], ['6h', '6 hours'], ['1d', '1 day']];

/** The buttons for all limits. */
export function changesOfAll({ overview }, actions) {
	return may('POST', 0) && h('div', { class: 'changes', key: 'changes' },
		button(overview.mode === 'shadow' ? 'Enforce all limits' : 'Shadow mode for all limits', () => actions.ask(overview.mode === 'shadow' ? {
			title: 'Enforce all limits?', text: 'Calls beyond a limit are refused again, except those of limits that are in shadow mode themselves.',
			button: 'Enforce', change: { method: 'POST', path: [], body: () => ({ mode: 'enforce' }), done: 'Limits are enforced' }
		} : {
			title: 'Put all limits into shadow mode?', text: 'They go on counting and reporting, and refuse no call.',
			button: 'Shadow mode', change: { method: 'POST', path: [], body: () => ({ mode: 'shadow' }), done: 'All limits are in shadow mode' }
		})));
}

/** The buttons for one limit. */
export function changesOfLimit(name, limit, actions) {
	const shadow = limit.mode === 'shadow';
	return h('div', { class: 'changes', key: 'changes' },
		may('POST', 1) && button(shadow ? 'Enforce' : 'Shadow mode', () => actions.ask({
			title: shadow ? `Enforce ${name}?` : `Put ${name} into shadow mode?`,
			text: shadow ? 'Calls beyond the limit are refused again.' : 'It goes on counting and reporting, and refuses no call.',
			button: shadow ? 'Enforce' : 'Shadow mode',
			change: { method: 'POST', path: [name], body: () => ({ mode: shadow ? 'enforce' : 'shadow' }), done: shadow ? `${name} is enforced` : `${name} is in shadow mode` }
		})),
		may('DELETE', 1) && button('Reset all keys', () => actions.ask({
			title: `Reset all keys of ${name}?`, text: 'The next call of every key finds all permits.', button: 'Reset all keys', danger: true,
			change: { method: 'DELETE', path: [name], done: `All keys of ${name} have been reset` }
		})));
}

/** The buttons for one key, or why there are none. */
export function changesOfKey({ route, key }, actions) {
	const path = [route.limit, route.key];
	const name = key?.key ?? route.key;
	if (!may('DELETE', 2) && !may('POST', 2)) {
		return h('p', { class: 'note', key: 'read-only' }, 'The endpoint is read-only. ', h('code', {}, 'management.endpoint.ratelimits.access: unrestricted'), ' allows changes.');
	}
	return h('div', { class: 'changes', key: 'changes' },
		may('DELETE', 2) && key && button('Reset', () => actions.ask({
			title: 'Reset this key?', text: `The next call of ${name} finds all permits of limit ${route.limit}.`, button: 'Reset', danger: true,
			change: { method: 'DELETE', path, done: 'The key has been reset' }
		})),
		may('POST', 2) && button('Ban…', () => actions.ask({
			title: 'Ban this key?', text: `Every call of ${name} that limit ${route.limit} counts is refused until the ban ends.`, button: 'Ban', danger: true,
			choice: { label: 'For', options: BANS },
			change: { method: 'POST', path, body: (ban) => ({ ban }), done: 'The key is banned' }
		})),
		may('POST', 2) && button('Lift ban', () => actions.make({ method: 'POST', path, body: () => ({ ban: null }), done: 'The key is not banned' })));
}

function button(text, onclick) {
	return h('button', { type: 'button', key: text, onclick }, text);
}

/** Asks before a change. */
export function question({ asked }, actions) {
	return asked && h('dialog', { key: 'question', 'aria-labelledby': 'question-title', onclose: actions.closed },
		h('form', {
			method: 'dialog', onsubmit: (event) => {
				event.preventDefault();
				actions.confirm(asked.change, new FormData(event.target).get('choice'));
			}
		},
		h('h2', { id: 'question-title' }, asked.title),
		h('p', {}, asked.text),
		asked.choice && h('label', { class: 'field' }, asked.choice.label, h('select', { name: 'choice' }, asked.choice.options.map(([value, text]) => h('option', { value }, text)))),
		h('div', { class: 'changes' },
			h('button', { type: 'submit', class: asked.danger ? 'danger' : null }, asked.button),
			h('button', { type: 'button', onclick: actions.cancel }, 'Cancel'))));
}
