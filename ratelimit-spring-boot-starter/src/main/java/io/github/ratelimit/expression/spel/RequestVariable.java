package io.github.ratelimit.expression.spel;

import java.util.Locale;
import java.util.function.Function;

import io.github.ratelimit.Key;
import io.github.ratelimit.expression.ExpressionRoot;
import org.jspecify.annotations.Nullable;

/** A value that an expression can read of every request, without a further name. */
enum RequestVariable {

	IP(Key.ADDRESS_KIND, ExpressionRoot::ip),

	USER(Key.USER_KIND, ExpressionRoot::user),

	/** The only one without a value: it can only be a key. */
	GLOBAL(Key.GLOBAL_KIND, (call) -> null),

	METHOD(Key.VALUE_KIND, ExpressionRoot::method),

	PATH(Key.VALUE_KIND, ExpressionRoot::path),

	/** The only one that is unknown before the response. */
	STATUS(Key.VALUE_KIND, ExpressionRoot::status);

	private final String kind;

	private final Function<ExpressionRoot, @Nullable Object> reading;

	RequestVariable(String kind, Function<ExpressionRoot, @Nullable Object> reading) {
		this.kind = kind;
		this.reading = reading;
	}

	static @Nullable RequestVariable named(String name) {
		for (RequestVariable variable : values()) {
			if (variable.text().equals(name)) {
				return variable;
			}
		}
		return null;
	}

	String text() {
		return name().toLowerCase(Locale.ROOT);
	}

	String kind() {
		return this.kind;
	}

	boolean isSecurity() {
		return this == USER;
	}

	boolean isChosenByClient() {
		return this == METHOD || this == PATH;
	}

	ValueReader reader() {
		return this.reading::apply;
	}

}
