package io.github.ratelimit.client.reactive;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
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

	/** Mostly none to two. */
	private @Nullable Change latest;

	/** All headers if they have been copied; then there are no changes beside them. */
	private @Nullable Map<String, List<String>> copy;

	ChangedHeaders(HttpHeaders original) {
		this.original = original;
	}

	/** Adds these headers to others, which keep their own. */
	void addTo(HttpHeaders headers) {
		each(headers::putIfAbsent);
	}

	/** Passes on each header; of those that were changed, the latest values first. */
	private void each(BiConsumer<String, List<String>> consumer) {
		for (Change change = this.latest; change != null; change = change.earlier()) {
			consumer.accept(change.name(), change.values());
		}
		if (this.copy != null) {
			this.copy.forEach(consumer);
		}
		else {
			this.original.forEach(consumer);
		}
	}

	@Override
	public @Nullable String getFirst(String name) {
		List<String> values = changed(name);
		if (values == null) {
			return (this.copy != null) ? null : this.original.getFirst(name);
		}
		return values.isEmpty() ? null : values.get(0);
	}

	@Override
	public @Nullable List<String> get(Object name) {
		List<String> values = changed((String) name);
		return (values != null || this.copy != null) ? values : this.original.get((String) name);
	}

	private @Nullable List<String> changed(String name) {
		if (this.copy != null) {
			return this.copy.get(name);
		}
		for (Change change = this.latest; change != null; change = change.earlier()) {
			if (change.name().equalsIgnoreCase(name)) {
				return change.values();
			}
		}
		return null;
	}

	@Override
	public boolean containsKey(Object name) {
		return get(name) != null;
	}

	@Override
	public void add(String name, @Nullable String value) {
		addAll(name, Collections.singletonList(value));
	}

	@Override
	public void addAll(String name, List<? extends String> values) {
		all().computeIfAbsent(name, (any) -> new ArrayList<>(1)).addAll(values);
	}

	@Override
	public void addAll(MultiValueMap<String, String> values) {
		values.forEach(this::addAll);
	}

	@Override
	public void set(String name, @Nullable String value) {
		List<String> values = new ArrayList<>(1);
		values.add(value);
		change(name, values);
	}

	@Override
	public void setAll(Map<String, String> values) {
		values.forEach(this::set);
	}

	@Override
	public @Nullable List<String> put(String name, List<String> values) {
		List<String> before = get(name);
		change(name, values);
		return before;
	}

	private void change(String name, List<String> values) {
		if (this.copy != null) {
			this.copy.put(name, values);
		}
		else {
			this.latest = new Change(name, values, this.latest);
		}
	}

	@Override
	public @Nullable List<String> remove(Object name) {
		return all().remove(name);
	}

	@Override
	public Set<Entry<String, List<String>>> entrySet() {
		return all().entrySet();
	}

	@Override
	public Map<String, String> toSingleValueMap() {
		return new MultiValueMapAdapter<>(all()).toSingleValueMap();
	}

	private Map<String, List<String>> all() {
		if (this.copy == null) {
			Map<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
			each((name, values) -> all.computeIfAbsent(name, (any) -> new ArrayList<>(values)));
			this.copy = all;
			this.latest = null;
		}
		return this.copy;
	}

	/**
	 * A header that was set.
	 *
	 * @param name its name
	 * @param values its values
	 * @param earlier the change before, null if this is the first
	 */
	private record Change(String name, List<String> values, @Nullable Change earlier) {
	}

}
