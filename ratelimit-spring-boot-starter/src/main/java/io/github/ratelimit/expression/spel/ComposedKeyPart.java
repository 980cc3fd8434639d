package io.github.ratelimit.expression.spel;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import io.github.ratelimit.Key;
import io.github.ratelimit.expression.ExpressionRoot;
import org.jspecify.annotations.Nullable;

/** A key expression or a part of one: a value, alternatives, or a composition. */
interface ComposedKeyPart {

	/** Returns the key of a call, null if there is no value. Never throws. */
	@Nullable Key key(ExpressionRoot call);

	/** Returns the kinds of the keys, for finding a key by its text. */
	List<String> kinds();

	/** Returns whether the first key that it creates is composed of several parts. */
	default boolean composed() {
		return false;
	}

	/** Returns whether there is no key without a request. */
	default boolean needsRequest() {
		return false;
	}

	/** The same key for every call. */
	record Constant(Key constant) implements ComposedKeyPart {

		@Override
		public Key key(ExpressionRoot call) {
			return this.constant;
		}

		@Override
		public List<String> kinds() {
			return List.of(this.constant.kind());
		}

	}

	/** The text of one value. */
	record Value(String kind, Function<ExpressionRoot, @Nullable String> reader,
			boolean needsRequest) implements ComposedKeyPart {

		@Override
		public @Nullable Key key(ExpressionRoot call) {
			String text = this.reader.apply(call);
			return (text != null) ? Key.of(this.kind, text) : null;
		}

		@Override
		public List<String> kinds() {
			return List.of(this.kind);
		}

	}

	/** The first of several that has a value. */
	record Alternatives(List<ComposedKeyPart> parts) implements ComposedKeyPart {

		@Override
		public @Nullable Key key(ExpressionRoot call) {
			for (ComposedKeyPart part : this.parts) {
				Key key = part.key(call);
				if (key != null) {
					return key;
				}
			}
			return null;
		}

		@Override
		public List<String> kinds() {
			Set<String> kinds = new LinkedHashSet<>();
			for (ComposedKeyPart part : this.parts) {
				kinds.addAll(part.kinds());
			}
			return List.copyOf(kinds);
		}

		@Override
		public boolean composed() {
			return this.parts.get(0).composed();
		}

		@Override
		public boolean needsRequest() {
			return this.parts.stream().allMatch(ComposedKeyPart::needsRequest);
		}

	}

	/** All of several; no value if one has none. */
	record Composition(List<ComposedKeyPart> parts) implements ComposedKeyPart {

		@Override
		public @Nullable Key key(ExpressionRoot call) {
			List<Key> keys = new ArrayList<>(this.parts.size());
			for (ComposedKeyPart part : this.parts) {
				Key key = part.key(call);
				if (key == null) {
					return null;
				}
				keys.add(key);
			}
			return Key.composed(keys);
		}

		@Override
		public List<String> kinds() {
			List<Key> examples = new ArrayList<>(this.parts.size());
			for (ComposedKeyPart part : this.parts) {
				examples.add(Key.of(part.kinds().get(0), "example"));
			}
			return List.of(Key.composed(examples).kind());
		}

		@Override
		public boolean composed() {
			return true;
		}

		@Override
		public boolean needsRequest() {
			return this.parts.stream().anyMatch(ComposedKeyPart::needsRequest);
		}

	}

}
