package io.github.ratelimit.expression.spel;

import io.github.ratelimit.Suggestion;
import io.github.ratelimit.expression.InvalidExpressionException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.ResolvableType;

/** The arguments that an expression may name: those of a method, or none. Immutable. */
final class MethodArguments {

	private static final ParameterNameDiscoverer DISCOVERER = new DefaultParameterNameDiscoverer();

	/** The name of what a method has returned, if that is known. */
	static final String RESULT = "result";

	/** Types that produce elements: the element type is their first type argument. */
	private static final Set<String> PUBLISHERS = Set.of("org.reactivestreams.Publisher",
			"kotlinx.coroutines.flow.Flow");

	private static final MethodArguments NONE = new MethodArguments(null, List.of(), null);

	private final @Nullable Method method;

	/** Those of the class file, none if it does not have them. */
	private final List<String> names;

	/** By the names, and by {@code p} or {@code a} with the position. */
	private final Map<String, Integer> positions = new HashMap<>();

	/** Null where there is no result yet. */
	private final @Nullable ResolvableType result;

	private MethodArguments(@Nullable Method method, List<String> names, @Nullable ResolvableType result) {
		this.method = method;
		this.names = names;
		this.result = result;
		for (int i = 0; i < count(); i++) {
			this.positions.put("p" + i, i);
			this.positions.put("a" + i, i);
		}
		for (int i = 0; i < names.size(); i++) {
			this.positions.put(names.get(i), i);
		}
		if (result != null) {
			this.positions.put(RESULT, count());
		}
	}

	static MethodArguments none() {
		return NONE;
	}

	static MethodArguments of(Method method) {
		Method bridged = BridgeMethodResolver.findBridgedMethod(method);
		@Nullable String[] discovered = DISCOVERER.getParameterNames(bridged);
		List<String> names = (discovered != null)
				? Arrays.stream(discovered).map((name) -> (name != null) ? name : "").toList() : List.of();
		return new MethodArguments(bridged, names, null);
	}

	/** Returns these with the result of the method, or what it will once produce. */
	MethodArguments withResult() {
		return new MethodArguments(this.method, this.names, resultType(this.method));
	}

	/**
	 * Returns the position of an argument.
	 * @param name its name, or {@code p} or {@code a} with its position
	 * @return the position from 0, -1 if there is no such argument
	 */
	int position(String name) {
		return this.positions.getOrDefault(name, -1);
	}

	/** Returns whether a parameter has exactly this name. */
	boolean isNamed(String name) {
		return this.names.contains(name);
	}

	private int count() {
		return (this.method != null) ? this.method.getParameterCount() : 0;
	}

	/** Returns the declared type of an argument, null if there is none of that name. */
	@Nullable Class<?> type(String name) {
		if (this.result != null && name.equals(RESULT)) {
			return this.result.resolve();
		}
		int position = position(name);
		return (position >= 0 && this.method != null) ? this.method.getParameterTypes()[position] : null;
	}

	InvalidExpressionException unknown(ParsedExpression expression, String name) {
		String problem = "names the argument #" + name;
		if (this.method == null) {
			return expression.invalid(problem + ", but a request has no arguments",
					"Write " + VariableOrFunction.VALUES + "; arguments are for @RateLimited.");
		}
		if (name.equals(RESULT)) {
			return expression.invalid("uses #result, but the method has not returned yet",
					"Write it in settle, which is evaluated after the method has returned.");
		}
		String method = this.method.getDeclaringClass().getSimpleName() + "." + this.method.getName();
		if (this.names.isEmpty() && count() > 0) {
			return expression.invalid(
					problem + ", but the parameters of " + method + " have no names in the class file",
					"Compile the class with -parameters, or write " + positions() + ".");
		}
		List<String> known = known();
		if (known.isEmpty()) {
			return expression.invalid(problem + ", but " + method + " has no parameters",
					"Write " + VariableOrFunction.VALUES + ".");
		}
		String meant = Suggestion.nearest(name, known).map((near) -> "Did you mean #" + near + "? ").orElse("");
		return expression.invalid(problem + ", which " + method + " does not have",
				meant + "Its arguments are #" + String.join(", #", known) + ".");
	}

	private String positions() {
		return (count() == 1) ? "#p0" : "#p0 to #p" + (count() - 1);
	}

	private List<String> known() {
		List<String> known = new ArrayList<>(this.names);
		if (this.result != null) {
			known.add(RESULT);
		}
		return known;
	}

	/** Returns the type of what a method returns, or of what that produces later. */
	private static ResolvableType resultType(@Nullable Method method) {
		if (method == null) {
			return ResolvableType.NONE;
		}
		ResolvableType declared = KotlinDetector.isSuspendingFunction(method)
				? ResolvableType.forMethodParameter(method, method.getParameterCount() - 1).getGeneric()
				: ResolvableType.forMethodReturnType(method);
		Class<?> type = declared.toClass();
		if (CompletionStage.class.isAssignableFrom(type)) {
			return declared.as(CompletionStage.class).getGeneric();
		}
		if (Future.class.isAssignableFrom(type)) {
			return declared.as(Future.class).getGeneric();
		}
		return isPublisher(type) ? declared.getGeneric() : declared;
	}

	/** The types whose results are followed, of libraries that need not be there. */
	private static boolean isPublisher(@Nullable Class<?> type) {
		return type != null && (PUBLISHERS.contains(type.getName()) || isPublisher(type.getSuperclass())
				|| Arrays.stream(type.getInterfaces()).anyMatch(MethodArguments::isPublisher));
	}

}
