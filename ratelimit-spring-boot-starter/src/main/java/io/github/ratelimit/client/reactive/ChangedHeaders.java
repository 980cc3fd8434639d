package io.github.ratelimit.client.reactive;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.util.MultiValueMap;
import org.springframework.util.MultiValueMapAdapter;

/**
 * Headers that can be changed without changing those that they begin with, which are
 * copied only if more is asked for than single ones.
 */
final class ChangedHeaders extends AbstractMap<String, List<String>> implements MultiValueMap<String, String> {

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
	public @Nullable String getFirst(String name) {
		List<String> values = this.changed.get(name);
		if (values == null) {
			return this.copied ? null : this.original.getFirst(name);
		}
		return values.isEmpty() ? null : values.get(0);
	}

	@Override
	public void add(String name, @Nullable String value) {
		own(name).add(value);
	}

	@Override
	public void addAll(String name, List<? extends String> values) {
		own(name).addAll(values);
	}

	@Override
	public void addAll(MultiValueMap<String, String> values) {
		values.forEach(this::addAll);
	}

	@Override
	public void set(String name, @Nullable String value) {
		List<String> values = new ArrayList<>(1);
		values.add(value);
		this.changed.put(name, values);
	}

	@Override
	public void setAll(Map<String, String> values) {
		values.forEach(this::set);
	}

	@Override
	public Map<String, String> toSingleValueMap() {
		return new MultiValueMapAdapter<>(all()).toSingleValueMap();
	}

	/** Returns the values of a header, which can be changed. */
	private List<String> own(String name) {
		return this.changed.computeIfAbsent(name,
				(any) -> new ArrayList<>(this.copied ? List.of() : this.original.getOrEmpty(name)));
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
			this.original.forEach((name, values) -> own(name));
			this.copied = true;
		}
		return this.changed;
	}

}
