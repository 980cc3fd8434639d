// Asks for the figures again and again, and shows the view that the address names.

import { change, get, Refused } from './api.js';
import { question } from './change-buttons.js';
import { h, render } from './dom.js';
import { keyView } from './key-view.js';
import * as views from './limit-views.js';

const PAUSE = 2000;

const KEYS_ON_A_PAGE = 50;

const main = document.getElementById('main');

const state = {
	route: {}, overview: null, history: null, historyAt: 0, limit: null, key: null, seen: null, trouble: null, refusal: null,
	paused: false, filter: '', sort: 'name', limitsPage: 0, search: '', before: [], after: null, asked: null
};

let timer = 0;

let asking = 0;

const actions = {
	pause() {
		state.paused = !state.paused;
		clearTimeout(timer);
		show();
		if (!state.paused) {
			refresh();
		}
	},
	filter(text) {
		state.filter = text;
		state.limitsPage = 0;
		show();
	},
	sort(column) {
		state.sort = column;
		show();
	},
	limitsPage(page) {
		state.limitsPage = page;
		show();
	},
	search(text) {
		Object.assign(state, { search: text, before: [], after: null });
		refresh(() => say(state.limit.keys.length === 1 ? '1 key found' : `${state.limit.keys.length} keys found`));
	},
	keysNext(next) {
		state.before.push(state.after);
		state.after = next;
		refresh(() => say(`Page ${state.before.length + 1} of keys`));
	},
	keysBack() {
		state.after = state.before.pop() ?? null;
		refresh(() => say(`Page ${state.before.length + 1} of keys`));
	},
	ask(question) {
		state.asked = question;
		show();
		document.querySelector('dialog').showModal();
	},
	cancel: () => document.querySelector('dialog').close(),
	closed() {
		state.asked = null;
		show();
	},
	dismiss() {
		state.refusal = null;
		show();
	},
	confirm(change, choice) {
		actions.cancel();
		return make(change, choice);
	},
	make
};

/** Makes a change and says what became of it. */
async function make({ method, path, body, done }, choice) {
	state.refusal = null;
	try {
		await change(method, path, body?.(choice));
	}
	catch (problem) {
		state.refusal = problem.message;
		show();
		return;
	}
	await refresh(() => say(done));
}

/** Tells people what has happened, also those who only hear it. */
function say(text) {
	const said = document.getElementById('said');
	said.textContent = text;
	said.className = 'said';
	clearTimeout(said.timer);
	said.timer = setTimeout(() => said.className = 'hidden', 4000);
}

function route() {
	const [, kind, limit, key] = location.hash.slice(1).split('/').map(decoded);
	return (kind === 'limit' && limit) ? { limit, key } : {};
}

function decoded(text) {
	try {
		return decodeURIComponent(text);
	}
	catch {
		return text;
	}
}

/** Asks for what the view shows. What belongs to an earlier view is dropped. */
async function refresh(then) {
	clearTimeout(timer);
	const turn = ++asking;
	const started = performance.now();
	try {
		const answers = await asked(state.route);
		if (turn !== asking) {
			return;
		}
		Object.assign(state, answers, { seen: new Date(), trouble: null });
		show();
		then?.();
	}
	catch (problem) {
		if (turn !== asking) {
			return;
		}
		if (!(problem instanceof Refused)) {
			console.error(problem);
		}
		state.trouble = problem.message;
		show();
	}
	again(performance.now() - started);
}

async function asked({ limit, key }) {
	const now = performance.now();
	const history = !state.history || now - state.historyAt >= state.history.seconds * 1000;
	const [overview, keys, one] = await Promise.all([
		get([], history ? { history: true } : null),
		(limit && !key) ? get([limit], { size: KEYS_ON_A_PAGE, ...(state.search ? { search: state.search } : state.after ? { after: state.after } : {}) }) : null,
		key ? get([limit], { search: key }) : null
	]);
	return { overview, limit: keys, key: one?.keys[0] ?? null, ...(overview.history ? { history: overview.history, historyAt: now } : {}) };
}

/** A slow answer makes for fewer questions. */
function again(took) {
	clearTimeout(timer);
	if (!state.paused && !document.hidden) {
		timer = setTimeout(refresh, Math.max(PAUSE, 10 * took));
	}
}

function show() {
	render(document.getElementById('header'), views.header(state, actions));
	render(main, views.trouble(state), views.refusal(state, actions), view(), question(state, actions));
}

function view() {
	const { limit, key } = state.route;
	if (!state.overview) {
		return state.trouble ? null : h('p', { class: 'muted' }, 'Loading…');
	}
	const name = key ? `key ${limit} ${key}` : limit ? `limit ${limit}` : 'all';
	const content = key ? keyView(state, actions)
		: !limit ? views.overview(state, actions)
			: !state.limit ? h('p', { class: 'muted' }, 'Loading…')
				: state.limit.keys && state.limit.rates ? views.limit(state, actions) : h('p', {}, h('a', { href: '#/' }, 'All limits'));
	return h('div', { key: name, class: 'view' }, content);
}

async function navigate() {
	if (location.hash && !location.hash.startsWith('#/')) {
		return;
	}
	const first = !state.overview;
	Object.assign(state, { route: route(), limit: null, key: null, search: '', before: [], after: null, asked: null, refusal: null });
	const { limit, key } = state.route;
	document.title = limit ? `${limit}${key ? ' key' : ''} – Rate limits` : 'Rate limits';
	await refresh();
	if (!first) {
		scrollTo(0, 0);
		main.querySelector('h2')?.focus({ preventScroll: true });
	}
}

addEventListener('hashchange', navigate);

document.addEventListener('visibilitychange', () => {
	if (!document.hidden && !state.paused) {
		refresh();
	}
});

document.querySelector('.skip').addEventListener('click', (event) => {
	event.preventDefault();
	main.focus();
});

navigate();
