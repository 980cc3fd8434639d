package io.github.ratelimit.method;

import io.github.ratelimit.Limit;
import io.github.ratelimit.method.LimitedMethod.Declaration;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Names the limits that annotations declare. A name depends on the code alone, not on the
 * order in which beans are created, so that it survives a restart:
 * <ul>
 * <li>{@code ChatService.chat}, after the element with the annotation;</li>
 * <li>{@code ChatService.chat-String-int} if the class has several such methods of one
 * name;</li>
 * <li>{@code com.acme.ChatService.chat} if there are several such classes of one
 * name;</li>
 * <li>followed by {@code .2} and so on for further rates of the same element.</li>
 * </ul>
 * Characters that a name cannot have become {@code _}, followed by a hash of the whole.
 * Not thread-safe.
 */
final class InlineLimitNames {

	private static final int HASH_LENGTH = 8;

	private final Map<InlineLimit, String> names = new HashMap<>();

	/**
	 * Names limits that have no name yet.
	 * @param limits the limits
	 * @param taken whether a name is taken by another limit
	 */
	void assign(Collection<InlineLimit> limits, Predicate<String> taken) {
		Map<String, List<InlineLimit>> groups = limits.stream()
			.filter((limit) -> !this.names.containsKey(limit))
			.distinct()
			.sorted(Comparator.comparing(InlineLimit::identity))
			.collect(Collectors.groupingBy(InlineLimit::shortName));
		groups.values().forEach((group) -> {
			boolean severalTypes = group.stream().map(InlineLimit::type).distinct().count() > 1;
			for (InlineLimit limit : group) {
				boolean overloaded = group.stream().anyMatch((other) -> isOverload(limit, other));
				this.names.put(limit, freeName(limit, severalTypes, overloaded, taken));
			}
		});
	}

	private static boolean isOverload(InlineLimit limit, InlineLimit other) {
		return other.type() == limit.type() && !other.parameters().equals(limit.parameters());
	}

	private String freeName(InlineLimit limit, boolean severalTypes, boolean overloaded, Predicate<String> taken) {
		Predicate<String> free = (name) -> !taken.test(name) && !this.names.containsValue(name);
		String simple = valid(name(limit, severalTypes, overloaded), limit);
		if (free.test(simple)) {
			return simple;
		}
		String full = valid(name(limit, true, true), limit);
		return free.test(full) ? full : hashed(full, limit);
	}

	private static String name(InlineLimit limit, boolean longName, boolean withParameters) {
		StringBuilder name = new StringBuilder(longName ? limit.longName() : limit.shortName());
		if (withParameters) {
			limit.parameters().forEach((parameter) -> name.append('-').append(parameter.getSimpleName()));
		}
		return (limit.ordinal() > 1) ? name.append('.').append(limit.ordinal()).toString() : name.toString();
	}

	private static String valid(String name, InlineLimit limit) {
		String readable = name.replace('$', '.').replace("[]", "_");
		String valid = readable.replaceAll("[^A-Za-z0-9._-]", "_");
		return (valid.equals(readable) && valid.length() <= Limit.MAX_NAME_LENGTH) ? valid : hashed(valid, limit);
	}

	private static String hashed(String name, InlineLimit limit) {
		String end = "-" + hash(limit);
		return name.substring(0, Math.min(name.length(), Limit.MAX_NAME_LENGTH - end.length())) + end;
	}

	private static String hash(InlineLimit limit) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256")
				.digest(limit.identity().getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(digest, 0, HASH_LENGTH / 2);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

	/**
	 * Returns the name of a limit.
	 * @param limit the limit
	 * @return its name
	 * @throws NullPointerException if it has not been named
	 */
	String of(InlineLimit limit) {
		return Objects.requireNonNull(this.names.get(limit), () -> "Not named yet: " + limit);
	}

	/**
	 * A limit that an annotation declares, identified by the element with the annotation:
	 * every bean that inherits the annotation shares it.
	 *
	 * @param type the class that has the annotation, or declares the annotated method
	 * @param method the name of the limited method
	 * @param parameters the types of its parameters
	 * @param ordinal the number of the limit among those of the same element, from 1
	 */
	record InlineLimit(Class<?> type, String method, List<Class<?>> parameters, int ordinal) {

		/**
		 * Returns the limit of each annotation of a method that has a rate of its own.
		 * @param limited the method
		 * @return the limits in the order of the annotations
		 */
		static List<InlineLimit> of(LimitedMethod limited) {
			List<InlineLimit> limits = new ArrayList<>();
			for (Declaration declaration : limited.declarations()) {
				if (!declaration.rate().isEmpty()) {
					limits.add(of(declaration, limits.size() + 1));
				}
			}
			return limits;
		}

		private static InlineLimit of(Declaration declaration, int ordinal) {
			Method named = declaration.named();
			Class<?> type = (declaration.source() instanceof Class<?> annotated) ? annotated
					: named.getDeclaringClass();
			return new InlineLimit(type, named.getName(), List.copyOf(SourceMethods.parameterTypes(named)), ordinal);
		}

		String shortName() {
			return SourceMethods.displayName(this.type, this.method);
		}

		String longName() {
			return this.type.getName() + "." + this.method;
		}

		/** Returns a unique text, for an order and for a hash. */
		String identity() {
			return longName() + this.parameters.stream().map(Class::getName).toList() + this.ordinal;
		}

	}

}
