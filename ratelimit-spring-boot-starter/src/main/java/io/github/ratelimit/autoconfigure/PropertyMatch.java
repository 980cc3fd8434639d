package io.github.ratelimit.autoconfigure;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a configured property in the tree of known ones, along the elements of its
 * name, as far as it goes.
 */
final class PropertyMatch {

	private final ConfiguredProperty property;

	private final PropertyPath path;

	private final LimitNames names;

	/** Whether a dash in a name is an underscore of its own, as in ON_MISSING_KEY. */
	private final boolean dashesAreUnderscores;

	private @Nullable KnownProperty found;

	private KnownProperty deepest;

	private int deepestAt;

	private String name;

	private String deepestName;

	private PropertyMatch(ConfiguredProperty property, KnownProperty root, LimitNames names,
			boolean dashesAreUnderscores) {
		this.property = property;
		this.path = property.path();
		this.names = names;
		this.dashesAreUnderscores = dashesAreUnderscores;
		this.deepest = root;
		this.deepestAt = 1;
		this.name = root.name();
		this.deepestName = root.name();
		walk(root, 1, root.name());
	}

	/**
	 * Looks for a property. Boot reads an environment variable in two spellings, with the
	 * dashes of all names dropped or with all of them as underscores, but in no mixture.
	 * @param property the property
	 * @param root the known ones
	 * @param names the names of the limits
	 * @return what was found
	 */
	static PropertyMatch of(ConfiguredProperty property, KnownProperty root, LimitNames names) {
		PropertyMatch match = new PropertyMatch(property, root, names, false);
		if (match.found != null || !property.variable()) {
			return match;
		}
		PropertyMatch other = new PropertyMatch(property, root, names, true);
		return (other.found != null || other.deepestAt > match.deepestAt) ? other : match;
	}

	private boolean walk(KnownProperty node, int at, String name) {
		if (at > this.deepestAt) {
			this.deepest = node;
			this.deepestAt = at;
			this.deepestName = name;
		}
		if (at == this.path.size()) {
			this.found = node;
			this.name = name;
			return true;
		}
		return switch (node.kind()) {
			case GROUP -> walkGroup(node, at, name);
			case LIST -> this.path.get(at).isIndex()
					&& walk(node.element(), at + 1, name + "[" + this.path.get(at).text() + "]");
			case MAP -> walkMap(node, at, name);
			case VALUE -> false;
		};
	}

	private boolean walkGroup(KnownProperty group, int at, String name) {
		if (!this.dashesAreUnderscores) {
			KnownProperty child = this.path.get(at).isIndex() ? null : group.child(this.path.get(at).uniform());
			return child != null && walk(child, at + 1, name + "." + child.name());
		}
		for (KnownProperty child : group.children()) {
			int end = end(at, child.name());
			if (end > 0 && walk(child, end, name + "." + child.name())) {
				return true;
			}
		}
		return false;
	}

	private boolean walkMap(KnownProperty map, int at, String name) {
		MapNames names = this.names.below(name);
		if (this.dashesAreUnderscores) {
			for (String declared : names.declared()) {
				int end = end(at, declared.replace('_', '-'));
				if (end > 0 && walk(map.element(), end, name + "." + declared)) {
					return true;
				}
			}
		}
		String spelled = names.spelled(this.path.get(at).text());
		boolean reached = !this.dashesAreUnderscores || (spelled.indexOf('-') < 0 && spelled.indexOf('_') < 0);
		return reached && walk(map.element(), at + 1, name + "." + spelled);
	}

	/** Returns where a dashed name ends if the path has it here, else 0. */
	private int end(int at, String dashed) {
		String[] words = dashed.toLowerCase(Locale.ROOT).split("-", -1);
		if (at + words.length > this.path.size()) {
			return 0;
		}
		for (int i = 0; i < words.length; i++) {
			if (!this.path.get(at + i).text().equals(words[i])) {
				return 0;
			}
		}
		return at + words.length;
	}

	ConfiguredProperty property() {
		return this.property;
	}

	/** Returns the known property, null if there is none. */
	@Nullable KnownProperty found() {
		return this.found;
	}

	/** Returns the full name in the form of the documentation. */
	String name() {
		return this.name;
	}

	/** Returns the last known property on the way. */
	KnownProperty deepest() {
		return this.deepest;
	}

	/** Returns its full name. */
	String deepestName() {
		return this.deepestName;
	}

	/** Returns the elements below it. */
	List<PropertyPath.Element> rest() {
		return this.path.elements().subList(this.deepestAt, this.path.size());
	}

}
