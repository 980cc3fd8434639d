package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.Suggestion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Properties under {@code ratelimit} that have no effect, and what was probably meant. An
 * environment variable that was meant to be part of a limit fails at once: without it the
 * limit would silently be another one.
 */
final class UnknownProperties {

	private static final Set<String> NAMES_OF_SERVICES = Set.of("ratelimit", "ratelimit.redis");

	private final KnownProperty root;

	private final LimitNames names;

	private final Set<String> warnings = new LinkedHashSet<>();

	UnknownProperties(KnownProperty root, LimitNames names) {
		this.root = root;
		this.names = names;
	}

	/** Adds a property that leads nowhere. */
	void add(PropertyMatch match) {
		ConfiguredProperty property = match.property();
		if (property.variable()) {
			refuseLostVariable(property);
		}
		Optional<String> meant = meant(match);
		if (meant.isEmpty() && isForeignVariable(match)) {
			return;
		}
		this.warnings.add("Property '" + property.name() + "' (" + property.place() + ") has no effect. "
				+ meant.map((name) -> "Did you mean '" + name + "'?").orElseGet(() -> known(match)));
	}

	/** Returns a line for each, in the order in which they were added. */
	Collection<String> warnings() {
		return this.warnings;
	}

	/**
	 * Returns whether a variable need not be ours: orchestrators make variables from the
	 * names of services, such as RATELIMIT_SERVICE_HOST and RATELIMIT_REDIS_PORT.
	 */
	private static boolean isForeignVariable(PropertyMatch match) {
		return match.property().variable() && NAMES_OF_SERVICES.contains(match.deepestName());
	}

	private Optional<String> meant(PropertyMatch match) {
		KnownProperty node = match.deepest();
		List<PropertyPath.Element> rest = match.rest();
		if (match.property().variable()) {
			return nearestChild(node, joined(rest)).or(() -> nearestChild(node, rest.get(0).text()))
				.map((name) -> PropertyPath.ofName(match.deepestName() + "." + name).toVariable());
		}
		if (node.kind() == KnownProperty.Kind.LIST) {
			return Optional.of(match.deepestName() + "[0]" + written(rest))
				.filter((name) -> node.element().kind() == KnownProperty.Kind.GROUP);
		}
		String first = rest.get(0).text();
		return nearestChild(node, first)
			.map((name) -> match.deepestName() + "." + name + written(rest.subList(1, rest.size())))
			.or(() -> Optional.ofNullable(elsewhere(this.root, "ratelimit", PropertyPath.uniform(first))));
	}

	private static Optional<String> nearestChild(KnownProperty node, String name) {
		return Suggestion.nearest(name, node.childNames())
			.or(() -> node.childNames().stream().filter((child) -> isBeginning(name, child)).findFirst());
	}

	private static boolean isBeginning(String name, String child) {
		String uniform = PropertyPath.uniform(name);
		return uniform.length() > 2 && PropertyPath.uniform(child).startsWith(uniform);
	}

	private static @Nullable String elsewhere(KnownProperty node, String name, String uniform) {
		for (KnownProperty child : node.children()) {
			String childName = name + "." + child.name();
			if (PropertyPath.uniform(child.name()).equals(uniform)) {
				return childName;
			}
			String below = switch (child.kind()) {
				case GROUP -> elsewhere(child, childName, uniform);
				case LIST -> elsewhere(child.element(), childName + "[0]", uniform);
				case MAP -> elsewhere(child.element(), childName + ".<name>", uniform);
				case VALUE -> null;
			};
			if (below != null) {
				return below;
			}
		}
		return null;
	}

	private static String known(PropertyMatch match) {
		List<String> known = match.deepest().childNames();
		return known.isEmpty() ? "Nothing can stand below '" + match.deepestName() + "'."
				: "Below '" + match.deepestName() + "' there can be " + OneOf.text(known) + ".";
	}

	private void refuseLostVariable(ConfiguredProperty variable) {
		PropertyPath path = variable.path();
		boolean indexed = path.get(path.size() - 1).isIndex();
		int size = indexed ? path.size() - 1 : path.size();
		if (size < 4 || !path.get(1).text().equals("limits")) {
			return;
		}
		KnownProperty limit = KnownProperty.limitOf(this.root);
		for (int end = 3; end < size; end++) {
			KnownProperty setting = limit.child(joined(path.elements().subList(end, size)));
			if (setting != null) {
				String name = joined(path.elements().subList(2, end));
				String right = PropertyPath.ofName("ratelimit.limits." + name + "." + setting.name()).toVariable();
				throw lostVariable(variable, name, indexed ? right + "_" + path.get(size).text() : right);
			}
		}
	}

	private InvalidConfigurationException lostVariable(ConfiguredProperty variable, String limit, String right) {
		String whose = this.names.isDeclared(limit) ? "the limit '" + this.names.spelled(limit) + "'" : "a limit";
		return new InvalidConfigurationException(variable, variable.value(),
				"is not how an environment variable for " + whose + " is spelled",
				"Write " + right + ": in environment variables, names have neither dashes nor underscores.");
	}

	private static String joined(List<PropertyPath.Element> elements) {
		return new PropertyPath(elements).joined(elements.size());
	}

	private static String written(List<PropertyPath.Element> elements) {
		List<String> parts = new ArrayList<>();
		elements.forEach((element) -> parts.add(element.isIndex() ? "[" + element.text() + "]" : "." + element.text()));
		return String.join("", parts);
	}

}
