package io.github.ratelimit.autoconfigure.properties;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;

/**
 * A node in the tree of all properties below {@code ratelimit}: the components of
 * {@link RateLimitProperties}.
 */
final class KnownProperty {

	private final String name;

	private final Kind kind;

	private final Class<?> type;

	private final Map<String, KnownProperty> children = new LinkedHashMap<>();

	private @Nullable KnownProperty element;

	private KnownProperty(String name, Kind kind, Class<?> type) {
		this.name = name;
		this.kind = kind;
		this.type = type;
	}

	/** Builds the tree. It is not cached, since it reads only one small class. */
	static KnownProperty root() {
		return group("ratelimit", RateLimitProperties.class);
	}

	private static KnownProperty group(String name, Class<?> type) {
		KnownProperty group = new KnownProperty(name, Kind.GROUP, type);
		for (RecordComponent component : type.getRecordComponents()) {
			group.add(of(DataObjectPropertyName.toDashedForm(component.getName()), component.getGenericType()));
		}
		return group;
	}

	private static KnownProperty of(String name, Type type) {
		if (type instanceof ParameterizedType generic) {
			Type[] arguments = generic.getActualTypeArguments();
			boolean map = (generic.getRawType() == Map.class);
			KnownProperty container = new KnownProperty(name, map ? Kind.MAP : Kind.LIST,
					(Class<?>) generic.getRawType());
			container.element = of(name, arguments[arguments.length - 1]);
			return container;
		}
		Class<?> raw = (Class<?>) type;
		return raw.isRecord() ? group(name, raw) : new KnownProperty(name, Kind.VALUE, raw);
	}

	private void add(KnownProperty child) {
		this.children.putIfAbsent(child.name, child);
	}

	/** Returns the name in the form of the documentation, without its parents. */
	String name() {
		return this.name;
	}

	Kind kind() {
		return this.kind;
	}

	/** Returns the Java type of a value. */
	Class<?> type() {
		return this.type;
	}

	Collection<KnownProperty> children() {
		return this.children.values();
	}

	/** Returns the element of a list or map. */
	KnownProperty element() {
		if (this.element == null) {
			throw new IllegalStateException(this.name + " has no elements");
		}
		return this.element;
	}

	/** What a node can contain. */
	enum Kind {

		/** Named properties. */
		GROUP,

		/** Elements by index. */
		LIST,

		/** Elements by names that the user gives. */
		MAP,

		/** Nothing. */
		VALUE

	}

}
