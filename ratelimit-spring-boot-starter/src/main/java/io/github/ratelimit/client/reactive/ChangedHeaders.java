package io.github.ratelimit.client.reactive;

import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Headers that can be changed without changing those that they begin with, which are
 * copied only if more is asked for than single ones.
 */
final class ChangedHeaders extends AbstractMap<String, List<String>> {

	private final HttpHeaders original;

	/** All if they have been copied. */
	private final Map<String, List<String>> changed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

	private boolean copied;

	ChangedHeaders(HttpHeaders original) {
		this.original = original;
	}

	/** Adds these headers to others, which keep their own. */
	void addTo(HttpHeaders headers) {
		this.changed.forEach(headers::putIfAbsent);
		if (!this.copied) {
			this.original.forEach(headers::putIfAbsent);
		}
	}

	@Override
	public @Nullable List<String> get(Object name) {
		List<String> values = this.changed.get(name);
		return (values != null || this.copied) ? values : this.original.get((String) name);
	}

	@Override
	public boolean containsKey(Object name) {
		return get(name) != null;
	}

	@Override
	public @Nullable List<String> put(String name, List<String> values) {
		List<String> before = get(name);
		this.changed.put(name, values);
		return before;
	}

	@Override
	public @Nullable List<String> remove(Object name) {
		return all().remove(name);
	}

	@Override
	public Set<Entry<String, List<String>>> entrySet() {
		return all().entrySet();
	}

	private Map<String, List<String>> all() {
		if (!this.copied) {
			this.original.forEach(this.changed::putIfAbsent);
			this.copied = true;
		}
		return this.changed;
	}

}
