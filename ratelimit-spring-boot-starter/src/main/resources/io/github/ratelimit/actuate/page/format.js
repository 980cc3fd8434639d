// Writes numbers and times.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

const fine = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Writes a whole number. */
export function count(number) {
	return whole.format(number);
}

/** Writes a number in a few characters. */
export function brief(number) {
	return (number < 10) ? fine.format(number) : (number < 10000) ? whole.format(number) : short.format(number);
}

/** Writes a time in seconds. */
export function seconds(number) {
	if (number < 90) {
		return `${fine.format(number)} s`;
	}
	return (number < 5400) ? `${fine.format(number / 60)} min` : `${fine.format(number / 3600)} h`;
}

/** Writes how long a moment is ago. */
export function ago(instant) {
	const passed = Math.max(0, (Date.now() - Date.parse(instant)) / 1000);
	return (passed < 1) ? 'now' : `${seconds(Math.round(passed))} ago`;
}
