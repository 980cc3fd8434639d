package io.github.ratelimit.expression.spel;

import java.util.function.BiFunction;

import io.github.ratelimit.Key;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.Subnet;
import org.jspecify.annotations.Nullable;

/** A value of a request that an expression reads by a name of the developer's choice. */
enum RequestFunction {

	HEADER("header", String.class, "X-API-Key", ExpressionRoot::header),

	COOKIE("cookie", String.class, "session", ExpressionRoot::cookie),

	PARAM("param", String.class, "id", ExpressionRoot::param),

	CLAIM("claim", Object.class, "plan", ExpressionRoot::claim),

	ATTRIBUTE("attribute", Object.class, "tenant", ExpressionRoot::attribute),

	HAS_ROLE("hasRole", Boolean.class, "PARTNER", ExpressionRoot::hasRole),

	HAS_AUTHORITY("hasAuthority", Boolean.class, "SCOPE_internal", ExpressionRoot::hasAuthority),

	IN_SUBNET("inSubnet", Boolean.class, "10.0.0.0/8", ExpressionRoot::inSubnet) {
		@Override
		ValueReader reader(String name) {
			Subnet subnet = Subnet.parse(name);
			return (call) -> call.inSubnet(subnet);
		}
	};

	/** The one function that takes values instead of a name. */
	static final String COALESCE = "coalesce";

	private final String text;

	private final Class<?> type;

	private final String example;

	private final BiFunction<ExpressionRoot, String, ? extends @Nullable Object> reading;

	RequestFunction(String text, Class<?> type, String example,
			BiFunction<ExpressionRoot, String, ? extends @Nullable Object> reading) {
		this.text = text;
		this.type = type;
		this.example = example;
		this.reading = reading;
	}

	static @Nullable RequestFunction named(String name) {
		for (RequestFunction function : values()) {
			if (function.text.equals(name)) {
				return function;
			}
		}
		return null;
	}

	String text() {
		return this.text;
	}

	/** Returns an example of a call of the function, for messages. */
	String example() {
		return this.text + "('" + this.example + "')";
	}

	Class<?> type() {
		return this.type;
	}

	boolean isCondition() {
		return this.type == Boolean.class;
	}

	boolean isSecurity() {
		return this == CLAIM || this == HAS_ROLE || this == HAS_AUTHORITY;
	}

	/** Returns whether the value could come from the client, also through other code. */
	boolean isOfClient() {
		return isWrittenByClient() || this == ATTRIBUTE;
	}

	/** Returns whether the client itself sends the value. */
	boolean isWrittenByClient() {
		return this == HEADER || this == COOKIE || this == PARAM;
	}

	/** Returns the kind of the keys that consist of the function's value alone. */
	String kind(String name) {
		return (this == CLAIM) ? "claim(" + name + ")" : Key.VALUE_KIND;
	}

	ValueReader reader(String name) {
		return (call) -> this.reading.apply(call, name);
	}

}
