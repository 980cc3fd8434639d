package io.github.ratelimit.expression.spel;

import io.github.ratelimit.Key;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.Subnet;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A value that an expression can read of every call: a variable, such as {@code ip}, or a
 * function of a name that the developer chooses, such as {@code header('X-API-Key')}.
 */
enum VariableOrFunction {

	IP("ip", String.class, ExpressionRoot::ip),

	USER("user", String.class, ExpressionRoot::user),

	/** The only one without a value: it can only be a key. */
	GLOBAL("global", String.class, (call) -> null),

	METHOD("method", String.class, ExpressionRoot::method),

	PATH("path", String.class, ExpressionRoot::path),

	/** The only one that is unknown before the response. */
	STATUS("status", Integer.class, ExpressionRoot::status),

	HEADER("header", String.class, "X-API-Key", (name) -> (call) -> call.header(name)),

	COOKIE("cookie", String.class, "session", (name) -> (call) -> call.cookie(name)),

	PARAM("param", String.class, "id", (name) -> (call) -> call.param(name)),

	CLAIM("claim", Object.class, "plan", (name) -> (call) -> call.claim(name)),

	ATTRIBUTE("attribute", Object.class, "tenant", (name) -> (call) -> call.attribute(name)),

	HAS_ROLE("hasRole", Boolean.class, "PARTNER", (name) -> (call) -> call.hasRole(name)),

	HAS_AUTHORITY("hasAuthority", Boolean.class, "SCOPE_internal", (name) -> (call) -> call.hasAuthority(name)),

	IN_SUBNET("inSubnet", Boolean.class, "10.0.0.0/8", (name) -> inSubnet(Subnet.parse(name)));

	/** The one function that takes values instead of a name. */
	static final String COALESCE = "coalesce";

	/** For messages: the sources of values. */
	static final String VALUES = "ip, user, method, path, header('…'), cookie('…'), param('…'), claim('…')"
			+ " or attribute('…')";

	private final String text;

	private final Class<?> type;

	/** Null for a variable. */
	private final @Nullable String example;

	private final Function<String, Reader> reading;

	VariableOrFunction(String text, Class<?> type, Reader reader) {
		this(text, type, null, (name) -> reader);
	}

	VariableOrFunction(String text, Class<?> type, @Nullable String example, Function<String, Reader> reading) {
		this.text = text;
		this.type = type;
		this.example = example;
		this.reading = reading;
	}

	private static Reader inSubnet(Subnet subnet) {
		return (call) -> call.inSubnet(subnet);
	}

	static @Nullable VariableOrFunction variable(String name) {
		return find(name, false);
	}

	static @Nullable VariableOrFunction function(String name) {
		return find(name, true);
	}

	private static @Nullable VariableOrFunction find(String name, boolean function) {
		return Arrays.stream(values())
			.filter((value) -> value.text.equals(name) && (value.example != null) == function)
			.findFirst()
			.orElse(null);
	}

	String text() {
		return this.text;
	}

	/** Returns an example of its use, for messages. */
	String written() {
		return (this.example != null) ? this.text + "('" + this.example + "')" : this.text;
	}

	Class<?> type() {
		return this.type;
	}

	boolean isCondition() {
		return this.type == Boolean.class;
	}

	boolean isSecurity() {
		return this == USER || this == CLAIM || this == HAS_ROLE || this == HAS_AUTHORITY;
	}

	/** Returns whether the value could come from the client, also through other code. */
	boolean isOfClient() {
		return isChosenByClient() || this == ATTRIBUTE;
	}

	/** Returns whether the client itself sends the value. */
	boolean isChosenByClient() {
		return this == METHOD || this == PATH || this == HEADER || this == COOKIE || this == PARAM;
	}

	boolean isAddress() {
		return this == IP || this == IN_SUBNET;
	}

	/**
	 * Returns the kind of the keys that consist of this value alone.
	 * @param name the argument of a function
	 */
	String kind(String name) {
		return switch (this) {
			case IP -> Key.ADDRESS_KIND;
			case USER -> Key.USER_KIND;
			case GLOBAL -> Key.GLOBAL_KIND;
			case CLAIM -> "claim(" + name + ")";
			default -> Key.VALUE_KIND;
		};
	}

	/**
	 * Returns the function that reads the value of a call.
	 * @param name the argument of a function
	 */
	Reader reader(String name) {
		return this.reading.apply(name);
	}

	/**
	 * Reads a value of a call, null if there is none. It may fail because of the client's
	 * input. Thread-safe.
	 */
	interface Reader extends Function<ExpressionRoot, @Nullable Object> {

	}

}
