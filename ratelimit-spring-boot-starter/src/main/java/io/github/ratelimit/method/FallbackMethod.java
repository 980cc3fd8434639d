package io.github.ratelimit.method;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.Suggestion;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The method that is called instead of a refused one: directly on the bean, so that no
 * advice of its own applies. That of a suspend function is another suspend function, or a
 * plain function. Thread-safe.
 *
 * @param method the method to call, whose parameters are those of the limited one
 * @param takesException whether the exception follows them
 * @param ofSuspending whether the limited method is a suspend function, which takes its
 * continuation after all other arguments
 */
record FallbackMethod(Method method, boolean takesException, boolean ofSuspending) {

	private static final Log logger = LogFactory.getLog(FallbackMethod.class);

	/** By these Spring Security checks a call, or what it returns. */
	private static final List<String> AUTHORIZATIONS = List.of(
			"org.springframework.security.access.prepost.PreAuthorize",
			"org.springframework.security.access.prepost.PostAuthorize",
			"org.springframework.security.access.prepost.PreFilter",
			"org.springframework.security.access.prepost.PostFilter",
			"org.springframework.security.access.annotation.Secured", "jakarta.annotation.security.RolesAllowed",
			"jakarta.annotation.security.DenyAll");

	FallbackMethod {
		ReflectionUtils.makeAccessible(method);
	}

	/**
	 * Finds the fallback that the annotations of a method name.
	 * @param limited the method
	 * @return the fallback, null if they name none
	 * @throws InvalidRateLimitedMethodException if they name several, or no method fits
	 */
	static @Nullable FallbackMethod of(LimitedMethod limited) {
		Set<String> names = limited.declarations()
			.stream()
			.map(LimitedMethod.Declaration::fallback)
			.filter((name) -> !name.isEmpty())
			.collect(Collectors.toCollection(LinkedHashSet::new));
		if (names.size() > 1) {
			throw new InvalidRateLimitedMethodException(limited.method(), "fallback", String.join(", ", names),
					"are several for one call",
					"The annotations of a method are one decision: name one fallback, on one of them.", null);
		}
		return names.isEmpty() ? null : new Finder(limited, names.iterator().next()).find();
	}

	/**
	 * Calls the fallback. Its exceptions are thrown unchanged.
	 * @param target the bean
	 * @param arguments the arguments of the refused call
	 * @param refusal why it was refused
	 * @return the result of the fallback
	 * @throws Throwable the exception of the fallback
	 */
	@Nullable Object call(@Nullable Object target, @Nullable Object[] arguments, RateLimitExceededException refusal)
			throws Throwable {
		List<@Nullable Object> taken = new ArrayList<>(Arrays.asList(arguments));
		Object continuation = this.ofSuspending ? taken.remove(arguments.length - 1) : null;
		if (this.takesException) {
			taken.add(refusal);
		}
		if (KotlinDetector.isSuspendingFunction(this.method)) {
			taken.add(continuation);
		}
		Object result = AopUtils.invokeJoinpointUsingReflection(target, this.method, taken.toArray());
		return this.ofSuspending ? published(result) : result;
	}

	/** The proxy of a suspend function waits for publishers alone. */
	private static @Nullable Object published(@Nullable Object result) {
		ReactiveAdapter adapter = (result != null)
				? ReactiveAdapterRegistry.getSharedInstance().getAdapter(null, result) : null;
		return (adapter != null && adapter.isMultiValue()) ? adapter.toPublisher(result) : result;
	}

	/**
	 * Finds the fallback of a method: in the bean's class, its superclasses or
	 * interfaces, private or not; with the same parameters, optionally followed by the
	 * exception or a supertype of it; with a compatible return type.
	 */
	private static final class Finder {

		private final LimitedMethod limited;

		private final String name;

		private final Method method;

		private final List<Class<?>> parameters;

		private final Class<?> returnType;

		Finder(LimitedMethod limited, String name) {
			this.limited = limited;
			this.name = name;
			this.method = limited.method();
			this.parameters = parametersOf(this.method);
			this.returnType = returnTypeOf(this.method);
		}

		FallbackMethod find() {
			List<Method> named = methods().filter((each) -> each.getName().equals(this.name)).toList();
			if (named.isEmpty()) {
				throw invalid("is not a method of " + this.limited.type().getName(), nearest() + signature());
			}
			Optional<Method> withException = named.stream().filter(this::takesException).findFirst();
			Method fitting = withException
				.or(() -> named.stream().filter((each) -> parametersOf(each).equals(this.parameters)).findFirst())
				.orElseThrow(() -> invalid("has other parameters than the limited method", signature()));
			if (fitting.equals(this.method)) {
				throw invalid("is the limited method itself", "Name another method. " + signature());
			}
			Class<?> actual = KotlinDetector.isSuspendingFunction(this.method)
					? ClassUtils.resolvePrimitiveIfNecessary(returnTypeOf(fitting)) : returnTypeOf(fitting);
			if (KotlinDetector.isSuspendingFunction(fitting) && !KotlinDetector.isSuspendingFunction(this.method)) {
				throw invalid("is a suspend function, which only a suspend function can call", signature());
			}
			if (!this.returnType.isAssignableFrom(actual)) {
				throw invalid("returns " + actual.getSimpleName() + " where " + this.returnType.getSimpleName()
						+ " is needed", signature());
			}
			warnOfUncheckedCallers();
			return new FallbackMethod(fitting, withException.isPresent(),
					KotlinDetector.isSuspendingFunction(this.method));
		}

		/**
		 * The limit decides first, so nothing has checked the caller of a refused call.
		 */
		private void warnOfUncheckedCallers() {
			MergedAnnotations ofMethod = MergedAnnotations.from(this.method, SearchStrategy.TYPE_HIERARCHY);
			MergedAnnotations ofType = MergedAnnotations.from(this.limited.type(), SearchStrategy.TYPE_HIERARCHY);
			AUTHORIZATIONS.stream()
				.filter((annotation) -> ofMethod.isPresent(annotation) || ofType.isPresent(annotation))
				.findFirst()
				.ifPresent((annotation) -> logger.warn("Method '" + this.limited.displayName() + "' has @"
						+ ClassUtils.getShortName(annotation) + ", and the fallback '" + this.name
						+ "' is called without that check: a limit decides before it, and refused callers need not have the "
						+ "right. Let the fallback return nothing that needs the right, or check the caller itself [RL524]"));
		}

		private Stream<Method> methods() {
			return SourceMethods.of(this.limited.type());
		}

		private boolean takesException(Method candidate) {
			List<Class<?>> taken = parametersOf(candidate);
			Class<?> last = taken.isEmpty() ? null : taken.remove(taken.size() - 1);
			return last != null && taken.equals(this.parameters) && Throwable.class.isAssignableFrom(last)
					&& last.isAssignableFrom(RateLimitExceededException.class);
		}

		private List<Class<?>> parametersOf(Method method) {
			List<Class<?>> types = new ArrayList<>();
			int written = SourceMethods.parameterTypes(method).size();
			for (int i = 0; i < written; i++) {
				types.add(ResolvableType.forMethodParameter(method, i, this.limited.type())
					.resolve(method.getParameterTypes()[i]));
			}
			return types;
		}

		private Class<?> returnTypeOf(Method method) {
			return SourceMethods.returnType(method, this.limited.type());
		}

		private String nearest() {
			return Suggestion.nearest(this.name, methods().map(Method::getName).collect(Collectors.toSet()))
				.map((nearest) -> "Did you mean \"" + nearest + "\"? ")
				.orElse("");
		}

		private String signature() {
			String types = this.parameters.stream().map(Class::getSimpleName).collect(Collectors.joining(", "));
			String separator = types.isEmpty() ? "" : ", ";
			return "Its signature has to be " + this.returnType.getSimpleName() + " " + this.name + "(" + types
					+ ") or " + this.returnType.getSimpleName() + " " + this.name + "(" + types + separator
					+ "RateLimitExceededException).";
		}

		private InvalidRateLimitedMethodException invalid(String problem, String remedy) {
			return new InvalidRateLimitedMethodException(this.method, "fallback", this.name, problem, remedy, null);
		}

	}

}
