package io.github.ratelimit.expression.spel;

import java.util.Locale;
import java.util.function.BiFunction;

import io.github.ratelimit.Key;
import io.github.ratelimit.expression.Call;
import org.jspecify.annotations.Nullable;

/** A value of a request that an expression reads by a name of the developer's choice. */
enum RequestFunction {

	HEADER(String.class, "X-API-Key", Call::header),

	COOKIE(String.class, "session", Call::cookie),

	PARAM(String.class, "id", Call::param),

	CLAIM(Object.class, "plan", Call::claim),

	ATTRIBUTE(Object.class, "tenant", Call::attribute);

	/** The one function that takes values instead of a name. */
	static final String COALESCE = "coalesce";

	private final Class<?> type;

	private final String example;

	private final BiFunction<Call, String, @Nullable Object> reading;

	RequestFunction(Class<?> type, String example, BiFunction<Call, String, @Nullable Object> reading) {
		this.type = type;
		this.example = example;
		this.reading = reading;
	}

	static @Nullable RequestFunction named(String name) {
		for (RequestFunction function : values()) {
			if (function.text().equals(name)) {
				return function;
			}
		}
		return null;
	}

	String text() {
		return name().toLowerCase(Locale.ROOT);
	}

	/** Returns an example of a call of the function, for messages. */
	String example() {
		return text() + "('" + this.example + "')";
	}

	Class<?> type() {
		return this.type;
	}

	boolean isSecurity() {
		return this == CLAIM;
	}

	boolean isChosenByClient() {
		return this != CLAIM;
	}

	/** Returns the kind of the keys that consist of the function's value alone. */
	String kind(String name) {
		return (this == CLAIM) ? "claim(" + name + ")" : Key.VALUE_KIND;
	}

	ValueReader reader(String name) {
		return (call) -> this.reading.apply(call, name);
	}

}
