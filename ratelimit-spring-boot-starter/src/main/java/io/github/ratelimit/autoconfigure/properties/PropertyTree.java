package io.github.ratelimit.autoconfigure.properties;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.ResolvableType;

/**
 * The names below a property: the tree of the components of {@link RateLimitProperties}.
 *
 * @param below what each name leads to; {@value #ANY} is any name, {@value #INDEX} any
 * index
 */
record PropertyTree(Map<String, PropertyTree> below) {

	static final String ANY = "<name>";

	static final String INDEX = "[0]";

	/** Reads the tree, which is small and not kept. */
	static PropertyTree read() {
		return of(ResolvableType.forClass(RateLimitProperties.class));
	}

	private static PropertyTree of(ResolvableType type) {
		Map<String, PropertyTree> below = new LinkedHashMap<>();
		Class<?> raw = type.toClass();
		if (raw == Map.class) {
			below.put(ANY, of(type.getGeneric(1)));
		}
		else if (Collection.class.isAssignableFrom(raw)) {
			below.put(INDEX, of(type.getGeneric(0)));
		}
		else if (raw.isRecord()) {
			for (RecordComponent component : raw.getRecordComponents()) {
				below.put(DataObjectPropertyName.toDashedForm(component.getName()),
						of(ResolvableType.forType(component.getGenericType())));
			}
		}
		return new PropertyTree(below);
	}

	/** Returns the names below an element of a name, null if it is unknown. */
	@Nullable PropertyTree find(ConfigurationPropertyName name, int element) {
		if (name.isNumericIndex(element)) {
			return this.below.get(INDEX);
		}
		String uniform = name.getElement(element, Form.UNIFORM);
		return this.below.keySet()
			.stream()
			.filter((child) -> child.equals(ANY) || LimitNames.uniform(child).equals(uniform))
			.findFirst()
			.map(this.below::get)
			.orElse(null);
	}

	/** Returns how much of a name is known. */
	Match match(ConfigurationPropertyName name) {
		PropertyTree node = this;
		for (int depth = 1; depth < name.getNumberOfElements(); depth++) {
			PropertyTree next = node.find(name, depth);
			if (next == null) {
				return new Match(name, node, depth);
			}
			node = next;
		}
		return new Match(name, node, name.getNumberOfElements());
	}

	/**
	 * Returns whether this needs further properties below, so that it has no value
	 * itself.
	 */
	boolean isGroup() {
		return !this.below.isEmpty() && !this.below.containsKey(INDEX);
	}

	/**
	 * Returns the first name below a group, such as {@code <name>.rate}.
	 */
	String example() {
		PropertyTree any = this.below.get(ANY);
		if (any == null) {
			return names().get(0);
		}
		return any.isGroup() ? ANY + "." + any.example() : ANY;
	}

	/** Returns the possible names, except for any name and an index. */
	List<String> names() {
		return this.below.keySet().stream().filter((name) -> !name.equals(ANY) && !name.equals(INDEX)).toList();
	}

	/**
	 * How much of a property's name is known.
	 *
	 * @param name the name
	 * @param node the node of its known part
	 * @param depth how many elements of it are known
	 */
	record Match(ConfigurationPropertyName name, PropertyTree node, int depth) {

		boolean isWhole() {
			return this.depth == this.name.getNumberOfElements();
		}

		String known() {
			return ConfiguredProperty.written(this.name.chop(this.depth));
		}

	}

}
