package io.github.ratelimit.method;

import io.github.ratelimit.RateLimitExempt;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.RateLimits;
import io.github.ratelimit.method.LimitedMethod.Declaration;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the {@link RateLimited} and {@link RateLimitExempt} annotations of a bean's
 * methods: the nearest applies, that of a method before that of its class, that of a
 * class before that of its superclass. Caches the results. Thread-safe.
 */
final class RateLimitedAnnotations {

	private final Map<Class<?>, Boolean> candidates = new ConcurrentHashMap<>(256);

	private final Map<Class<? extends Annotation>, Boolean> annotationTypes = new ConcurrentHashMap<>();

	private final Map<MethodClassKey, Optional<LimitedMethod>> methods = new ConcurrentHashMap<>();

	/**
	 * Returns whether {@link RateLimited} occurs anywhere in a class. Cheap, as every
	 * bean's class is checked: only the types of annotations are read, which takes less
	 * than half the time of {@link MergedAnnotations}.
	 * @param type a class
	 * @return whether it, a superclass or an interface of it, or a method of one of these
	 * is annotated
	 */
	boolean isCandidate(Class<?> type) {
		Boolean known = this.candidates.get(type);
		if (known == null) {
			known = mentions(type);
			this.candidates.put(type, known);
		}
		return known;
	}

	private boolean mentions(Class<?> type) {
		if (type.getName().startsWith("java.")) {
			return false;
		}
		Class<?> superclass = type.getSuperclass();
		return (superclass != null && isCandidate(superclass))
				|| Arrays.stream(type.getInterfaces()).anyMatch(this::isCandidate) || declares(type);
	}

	private boolean declares(Class<?> type) {
		try {
			return isLimiting(type) || SourceMethods.declaredBy(type).anyMatch(this::isLimiting);
		}
		catch (IllegalStateException ex) {
			return false; // has to do with a class that is not there: can be no bean
		}
	}

	/**
	 * Returns whether a class or method itself is annotated, also by a meta-annotation or
	 * a container of several.
	 */
	boolean isLimiting(AnnotatedElement element) {
		return Arrays.stream(element.getDeclaredAnnotations())
			.anyMatch((annotation) -> isLimiting(annotation.annotationType()));
	}

	private boolean isLimiting(Class<? extends Annotation> annotationType) {
		return this.annotationTypes.computeIfAbsent(annotationType,
				(type) -> type == RateLimited.class || type == RateLimits.class
						|| MergedAnnotations.from(type).isPresent(RateLimited.class) || isContainerOfLimiting(type));
	}

	private boolean isContainerOfLimiting(Class<? extends Annotation> annotationType) {
		Method value = ReflectionUtils.findMethod(annotationType, MergedAnnotation.VALUE);
		Class<?> component = (value != null) ? value.getReturnType().getComponentType() : null;
		return component != null && component.isAnnotation() && component != annotationType
				&& MergedAnnotations.from(component).isPresent(RateLimited.class);
	}

	/**
	 * Returns the annotations that limit a method.
	 * @param method a method of a class or of one of its interfaces
	 * @param type the class
	 * @return what limits it, null if nothing does
	 */
	@Nullable LimitedMethod find(Method method, Class<?> type) {
		Class<?> userType = ClassUtils.getUserClass(type);
		if (!isCandidate(userType)) {
			return null;
		}
		return this.methods
			.computeIfAbsent(new MethodClassKey(method, userType), (key) -> Optional.ofNullable(read(method, userType)))
			.orElse(null);
	}

	/**
	 * Returns all limited methods of a class.
	 * @param type a class
	 * @return its limited methods, those that it inherits too
	 */
	List<LimitedMethod> findAll(Class<?> type) {
		Class<?> userType = ClassUtils.getUserClass(type);
		if (!isCandidate(userType)) {
			return List.of();
		}
		return SourceMethods.of(userType)
			.map((method) -> find(method, userType))
			.filter(Objects::nonNull)
			.distinct()
			.toList();
	}

	private @Nullable LimitedMethod read(Method method, Class<?> type) {
		Method specific = AopUtils.getMostSpecificMethod(method, type);
		if (Modifier.isPrivate(specific.getModifiers()) || Modifier.isStatic(specific.getModifiers())) {
			return null;
		}
		Nearest onMethod = Nearest.to(specific);
		Nearest onType = Nearest.to(type);
		if (onMethod.isLimited()) {
			return onType.exemptsWhatIsDeclaredAbove(onMethod) ? null
					: new LimitedMethod(specific, type, onMethod.limited().stream().map(this::declaration).toList());
		}
		if (onMethod.isExempt() || !onType.isLimited() || !Modifier.isPublic(specific.getModifiers())
				|| ReflectionUtils.isObjectMethod(specific)) {
			return null;
		}
		Method named = nameable(specific, type);
		return new LimitedMethod(specific, type,
				onType.limited().stream().map((annotation) -> declaration(annotation, named)).toList());
	}

	private Declaration declaration(MergedAnnotation<RateLimited> annotation) {
		return declaration(annotation, (Method) source(annotation));
	}

	private static Declaration declaration(MergedAnnotation<RateLimited> annotation, Method named) {
		return new Declaration(source(annotation), named, List.of(annotation.getStringArray("value")),
				annotation.getString("rate"), annotation.getString("key"), annotation.getString("cost"),
				annotation.getString("settle"), annotation.getString("unless"), annotation.getString("fallback"));
	}

	private static AnnotatedElement source(MergedAnnotation<?> annotation) {
		return (AnnotatedElement) Objects.requireNonNull(annotation.getSource());
	}

	/** A method of a proxy class has no parameter names; the interface's has. */
	private static Method nameable(Method specific, Class<?> type) {
		return Proxy.isProxyClass(specific.getDeclaringClass())
				? ClassUtils.getInterfaceMethodIfPossible(specific, type) : specific;
	}

	/**
	 * The nearest annotations of a method or class: its own, otherwise those of what it
	 * overrides, implements or extends. It is exempt, limited, or neither.
	 *
	 * @param exempt the exemption, null if limited or neither
	 * @param limited the annotations, empty if exempt or neither
	 */
	private record Nearest(@Nullable MergedAnnotation<RateLimitExempt> exempt,
			List<MergedAnnotation<RateLimited>> limited) {

		static Nearest to(AnnotatedElement element) {
			MergedAnnotations all = MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY);
			MergedAnnotation<RateLimited> first = all.get(RateLimited.class);
			MergedAnnotation<RateLimitExempt> exempt = all.get(RateLimitExempt.class);
			if (exempt.isPresent() && (!first.isPresent() || exempt.getAggregateIndex() <= first.getAggregateIndex())) {
				return new Nearest(exempt, List.of());
			}
			if (!first.isPresent()) {
				return new Nearest(null, List.of());
			}
			return new Nearest(null,
					all.stream(RateLimited.class)
						.filter((annotation) -> annotation.getAggregateIndex() == first.getAggregateIndex())
						.toList());
		}

		boolean isExempt() {
			return this.exempt != null;
		}

		boolean isLimited() {
			return !this.limited.isEmpty();
		}

		/**
		 * Returns whether this class is exempt from what one of its methods inherits.
		 * @param onMethod the nearest annotation of a method of this class
		 * @return whether the method's annotations are nearer than the exemption
		 */
		boolean exemptsWhatIsDeclaredAbove(Nearest onMethod) {
			return this.exempt != null && this.exempt.getSource() instanceof Class<?> exemptType
					&& onMethod.limited().get(0).getSource() instanceof Method declared
					&& declared.getDeclaringClass() != exemptType
					&& declared.getDeclaringClass().isAssignableFrom(exemptType);
		}

	}

}
