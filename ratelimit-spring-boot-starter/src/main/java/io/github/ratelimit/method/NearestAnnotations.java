package io.github.ratelimit.method;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.List;

import io.github.ratelimit.RateLimitExempt;
import io.github.ratelimit.RateLimited;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * The nearest annotations of a method or class: its own, otherwise those of what it
 * overrides, implements or extends. It is exempt, limited, or neither.
 *
 * @param exempt the exemption, null if limited or neither
 * @param limited the annotations, empty if exempt or neither
 */
record NearestAnnotations(@Nullable MergedAnnotation<RateLimitExempt> exempt,
		List<MergedAnnotation<RateLimited>> limited) {

	static NearestAnnotations to(AnnotatedElement element) {
		MergedAnnotations all = MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY);
		MergedAnnotation<RateLimited> first = all.get(RateLimited.class);
		MergedAnnotation<RateLimitExempt> exempt = all.get(RateLimitExempt.class);
		if (exempt.isPresent() && (!first.isPresent() || exempt.getAggregateIndex() <= first.getAggregateIndex())) {
			return new NearestAnnotations(exempt, List.of());
		}
		if (!first.isPresent()) {
			return new NearestAnnotations(null, List.of());
		}
		return new NearestAnnotations(null,
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
	boolean exemptsWhatIsDeclaredAbove(NearestAnnotations onMethod) {
		return this.exempt != null && this.exempt.getSource() instanceof Class<?> exemptType
				&& onMethod.limited().get(0).getSource() instanceof Method declared
				&& declared.getDeclaringClass() != exemptType
				&& declared.getDeclaringClass().isAssignableFrom(exemptType);
	}

}
