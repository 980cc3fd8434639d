package io.github.ratelimit.expression.spel;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

import io.github.ratelimit.Suggestion;
import io.github.ratelimit.expression.InvalidExpressionException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.ResolvableType;

/** The arguments that an expression may name: those of a method, or none. Immutable. */
final class MethodArguments {

	private static final ParameterNameDiscoverer DISCOVERER = new DefaultParameterNameDiscoverer();

	/** The name of what a method has returned, if that is known. */
	static final String RESULT = "result";

	private static final MethodArguments NONE = new MethodArguments(null, new String[0], null);

	private final @Nullable Method method;

	private final String @Nullable [] names;

	/** Null where there is no result yet. */
	private final @Nullable ResolvableType result;

	private MethodArguments(@Nullable Method method, String @Nullable [] names, @Nullable ResolvableType result) {
		this.method = method;
		this.names = names;
		this.result = result;
	}

	static MethodArguments none() {
		return NONE;
	}

	static MethodArguments of(Method method) {
		Method bridged = BridgeMethodResolver.findBridgedMethod(method);
		@Nullable String[] discovered = DISCOVERER.getParameterNames(bridged);
		if (discovered == null) {
			return new MethodArguments(bridged, null, null);
		}
		String[] names = new String[discovered.length];
		for (int i = 0; i < names.length; i++) {
			String name = discovered[i];
			names[i] = (name != null) ? name : "";
		}
		return new MethodArguments(bridged, names, null);
	}

	/** Returns these with the result of the method, or what it will once produce. */
	MethodArguments withResult() {
		return new MethodArguments(this.method, this.names, MethodResultType.of(this.method));
	}

	/**
	 * Returns the position of an argument.
	 * @param name its name, or {@code p} or {@code a} with its position
	 * @return the position from 0, -1 if there is no such argument
	 */
	int position(String name) {
		if (isResult(name)) {
			return count();
		}
		if (this.names != null) {
			for (int i = 0; i < this.names.length; i++) {
				if (this.names[i].equals(name)) {
					return i;
				}
			}
		}
		return positionInName(name);
	}

	private boolean isResult(String name) {
		return this.result != null && name.equals(RESULT);
	}

	private int positionInName(String name) {
		int digits = name.length() - 1;
		if (digits < 1 || digits > 3 || (name.charAt(0) != 'p' && name.charAt(0) != 'a')) {
			return -1;
		}
		int position = 0;
		for (int i = 1; i <= digits; i++) {
			int digit = name.charAt(i) - '0';
			if (digit < 0 || digit > 9) {
				return -1;
			}
			position = 10 * position + digit;
		}
		return (position < count()) ? position : -1;
	}

	private int count() {
		return (this.method != null) ? this.method.getParameterCount() : 0;
	}

	/** Returns the declared type of an argument, null if there is none of that name. */
	@Nullable Class<?> type(String name) {
		if (this.result != null && isResult(name)) {
			return this.result.resolve();
		}
		int position = position(name);
		return (position >= 0 && this.method != null) ? this.method.getParameterTypes()[position] : null;
	}

	InvalidExpressionException unknown(String expression, String name) {
		String problem = "names the argument #" + name;
		if (this.method == null) {
			return new InvalidExpressionException(expression, problem + ", but a request has no arguments",
					"Write " + NameCatalogue.VALUES + "; arguments are for @RateLimited.");
		}
		if (name.equals(RESULT)) {
			return new InvalidExpressionException(expression, "uses #result, but the method has not returned yet",
					"Write it in settle, which is evaluated after the method has returned.");
		}
		String method = this.method.getDeclaringClass().getSimpleName() + "." + this.method.getName();
		if (this.names == null && count() > 0) {
			return new InvalidExpressionException(expression,
					problem + ", but the parameters of " + method + " have no names in the class file",
					"Compile the class with -parameters, or write " + positions() + ".");
		}
		List<String> known = known();
		if (known.isEmpty()) {
			return new InvalidExpressionException(expression, problem + ", but " + method + " has no parameters",
					"Write " + NameCatalogue.VALUES + ".");
		}
		String meant = Suggestion.nearest(name, known).map((near) -> "Did you mean #" + near + "? ").orElse("");
		return new InvalidExpressionException(expression, problem + ", which " + method + " does not have",
				meant + "Its arguments are #" + String.join(", #", known) + ".");
	}

	private String positions() {
		return (count() == 1) ? "#p0" : "#p0 to #p" + (count() - 1);
	}

	private List<String> known() {
		List<String> known = new ArrayList<>();
		if (this.names != null) {
			for (String name : this.names) {
				known.add(name);
			}
		}
		if (this.result != null) {
			known.add(RESULT);
		}
		return known;
	}

	/** Returns the reader of one argument. */
	static ValueReader reader(int position) {
		return (call) -> (position < call.arguments().length) ? call.arguments()[position] : null;
	}

}
