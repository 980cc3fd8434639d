// Asks the endpoint, which is where the files of this page are.

const files = new URL(import.meta.url).pathname;

const endpoint = files.slice(0, files.lastIndexOf('/~/'));

function said(name) {
	return document.querySelector(`meta[name="ratelimits-${name}"]`)?.content ?? '';
}

const changes = new Set(said('changes').split(' '));

/** Whether a change is possible: of all limits (0), of one (1), of one key (2). */
export function may(method, named) {
	return changes.has(`${method}:${named}`);
}

/** An answer that is not the one that was asked for. */
export class Refused extends Error {

	constructor(status, message) {
		super(message);
		this.status = status;
	}

}

/** Gets the JSON of a path below the endpoint. */
export async function get(path, query) {
	const response = await send('GET', path, query, {});
	const type = response.headers.get('Content-Type') ?? '';
	if (response.ok && !type.includes('json')) {
		throw new Refused(401, 'Your session has ended. Reload the page to sign in again.');
	}
	const body = type.includes('json') ? await response.json() : null;
	if (!response.ok) {
		throw new Refused(response.status, why(response.status, body));
	}
	return body;
}

/** Makes a change. Only JSON is sent, which no other site can do in the user's name. */
export async function change(method, path, body) {
	const headers = {};
	if (body !== undefined) {
		headers['Content-Type'] = 'application/json';
	}
	if (said('csrf-header')) {
		headers[said('csrf-header')] = said('csrf-token');
	}
	const response = await send(method, path, null, headers, (body !== undefined) ? JSON.stringify(body) : undefined);
	if (!response.ok) {
		const type = response.headers.get('Content-Type') ?? '';
		throw new Refused(response.status, why(response.status, type.includes('json') ? await response.json() : null));
	}
}

async function send(method, path, query, headers, body) {
	// Browsers resolve these, so the request would leave the endpoint
	if (path.some((segment) => ['', '.', '..'].includes(segment))) {
		throw new Refused(404, 'There is no such limit or key.');
	}
	const address = endpoint + path.map((segment) => `/${encodeURIComponent(segment)}`).join('')
		+ (query ? `?${new URLSearchParams(query)}` : '');
	try {
		return await fetch(address, {
			method,
			headers: { Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest', ...headers },
			body,
			cache: 'no-store',
			credentials: 'same-origin'
		});
	}
	catch {
		throw new Refused(0, 'The application does not answer.');
	}
}

function why(status, body) {
	if (status === 401) {
		return 'Your session has ended (401). Reload the page to sign in again.';
	}
	if (status === 403) {
		return 'The application refused this (403): your user may not do it, or this page is too old. Reload it and try again.';
	}
	if (status === 405) {
		return 'The endpoint is read-only (405): management.endpoint.ratelimits.access does not allow changes.';
	}
	return body?.detail ?? body?.message ?? `The application answered with status ${status}.`;
}
