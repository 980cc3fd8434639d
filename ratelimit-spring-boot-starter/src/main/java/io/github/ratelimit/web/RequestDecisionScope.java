package io.github.ratelimit.web;

import io.github.ratelimit.LimitDecision;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Stands in until the filter's scope lands. */
public final class RequestDecisionScope {

	private final List<LimitDecision> limits;

	private final @Nullable String bodyStyle;

	RequestDecisionScope(List<LimitDecision> limits, @Nullable String bodyStyle) {
		this.limits = limits;
		this.bodyStyle = bodyStyle;
	}

	static @Nullable RequestDecisionScope of(HttpServletRequest request) {
		return (RequestDecisionScope) request.getAttribute(RequestDecisionScope.class.getName());
	}

	List<LimitDecision> limits() {
		return this.limits;
	}

	@Nullable String bodyStyle() {
		return this.bodyStyle;
	}

}
