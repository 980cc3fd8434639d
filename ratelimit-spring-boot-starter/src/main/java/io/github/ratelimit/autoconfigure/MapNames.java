package io.github.ratelimit.autoconfigure;

import java.util.Collection;

/** Names that users give to the entries of a map, as files spell them. */
interface MapNames {

	/**
	 * Returns a name.
	 * @param name any spelling of it
	 * @return the name as a file spells it, or the given one where no file has it
	 */
	String spelled(String name);

	/** Returns the names as they are spelled in files. */
	Collection<String> declared();

}
