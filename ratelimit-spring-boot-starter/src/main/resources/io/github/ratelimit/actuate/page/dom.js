// Describes elements by plain objects, and changes the document to what they describe.
// What stays the same stays in place, with its focus. Text is only ever text.

const SVG = 'http://www.w3.org/2000/svg';

/** Describes an element. Children that are null or false are left out. */
export function h(tag, props, ...children) {
	const { key, ...rest } = props ?? {};
	return { tag, key, props: rest, children: children.flat(Infinity).filter((child) => child != null && child !== false) };
}

/** Changes the content of an element to what is described. */
export function render(parent, ...described) {
	const children = described.flat(Infinity).filter((child) => child != null && child !== false);
	const keyed = new Map();
	for (const node of parent.childNodes) {
		if (node.described?.key != null) {
			keyed.set(node.described.key, node);
		}
	}
	let next = parent.firstChild;
	for (const child of children) {
		const known = (child.key != null) ? keyed.get(child.key) : next;
		const node = (known && fits(known, child)) ? known : create(child, parent);
		if (node !== next) {
			parent.insertBefore(node, next);
		}
		else {
			next = next.nextSibling;
		}
		update(node, child);
	}
	while (next) {
		const gone = next;
		next = next.nextSibling;
		gone.remove();
	}
}

function fits(node, child) {
	if (typeof child !== 'object') {
		return node.nodeType === Node.TEXT_NODE;
	}
	return node.nodeType === Node.ELEMENT_NODE && node.localName === child.tag && node.described?.key == child.key;
}

function create(child, parent) {
	if (typeof child !== 'object') {
		return document.createTextNode('');
	}
	const drawn = child.tag === 'svg' || parent.namespaceURI === SVG;
	return drawn ? document.createElementNS(SVG, child.tag) : document.createElement(child.tag);
}

function update(node, child) {
	if (typeof child !== 'object') {
		if (node.data !== String(child)) {
			node.data = String(child);
		}
		return;
	}
	const before = node.described?.props ?? {};
	node.described = child;
	for (const name of Object.keys(before)) {
		if (!(name in child.props)) {
			set(node, name, null);
		}
	}
	for (const [name, value] of Object.entries(child.props)) {
		set(node, name, value, before[name]);
	}
	render(node, child.children);
}

function set(node, name, value, before) {
	if (name.startsWith('on')) {
		node[name] = value;
	}
	else if (name === 'style') {
		for (const [property, text] of Object.entries(value ?? {})) {
			node.style.setProperty(property, text);
		}
	}
	else if (value === before) {
		// what the user has typed or chosen meanwhile stays
	}
	else if (name === 'value') {
		node.value = value ?? '';
	}
	else if (value == null || value === false) {
		node.removeAttribute(name);
	}
	else {
		node.setAttribute(name, (value === true) ? '' : value);
	}
}
