package io.github.ratelimit.web.mvc;

import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimitException;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.web.filter.HttpLimitedRequest;
import io.github.ratelimit.web.response.ServletAnswers;
import io.github.ratelimit.web.response.WrappedRefusals;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.handler.HandlerExceptionResolverComposite;
import org.springframework.web.servlet.mvc.method.annotation.ExceptionHandlerExceptionResolver;

/**
 * Answers the refusals that {@link io.github.ratelimit.RateLimited @RateLimited} methods
 * and calls to providers throw in Spring MVC as the filter answers its own, even if the
 * application handles {@code Exception}. An {@code @ExceptionHandler} of exactly
 * {@link RateLimitExceededException}, {@link MissingKeyException} or
 * {@link CallRefusedException}, in the controller or in an advice, takes precedence; so
 * does a {@link HandlerExceptionResolver} bean of the application with the highest
 * precedence. Thread-safe.
 */
public final class RateLimitExceptionResolver implements HandlerExceptionResolver, Ordered {

	private static final Log logger = LogFactory.getLog(RateLimitExceptionResolver.class);

	private static final Set<Class<? extends Exception>> REFUSALS = Set.of(RateLimitExceededException.class,
			MissingKeyException.class, CallRefusedException.class);

	private final ServletAnswers answers;

	private final Supplier<Optional<ExactExceptionHandlers>> applicationHandlers;

	/**
	 * Creates the resolver.
	 * @param answers how refusals are answered
	 * @param context where the application's exception handlers are
	 */
	public RateLimitExceptionResolver(ServletAnswers answers, ApplicationContext context) {
		this.answers = answers;
		this.applicationHandlers = SingletonSupplier.of(() -> applicationHandlers(context));
	}

	private static Optional<ExactExceptionHandlers> applicationHandlers(ApplicationContext context) {
		Collection<HandlerExceptionResolver> resolvers = BeanFactoryUtils
			.beansOfTypeIncludingAncestors(context, HandlerExceptionResolver.class)
			.values();
		return resolvers.stream()
			.flatMap(RateLimitExceptionResolver::parts)
			.filter((resolver) -> resolver.getClass() == ExceptionHandlerExceptionResolver.class)
			.findFirst()
			.map((resolver) -> ExactExceptionHandlers.like((ExceptionHandlerExceptionResolver) resolver, context,
					REFUSALS));
	}

	private static Stream<HandlerExceptionResolver> parts(HandlerExceptionResolver resolver) {
		return (resolver instanceof HandlerExceptionResolverComposite composite)
				? composite.getExceptionResolvers().stream() : Stream.of(resolver);
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception ex) {
		HttpLimitedRequest scope = HttpLimitedRequest.of(request);
		if (scope != null && (ex instanceof HttpMediaTypeNotAcceptableException
				|| ex instanceof HttpMessageNotWritableException)) {
			scope.cannotBeWritten();
		}
		RateLimitException refusal = WrappedRefusals.find(ex);
		if (refusal == null || response.isCommitted()) {
			return null;
		}
		List<LimitDecision> limits = (scope != null) ? scope.limits() : List.of();
		ExactExceptionHandlers theirs = this.applicationHandlers.get().orElse(null);
		if (theirs != null) {
			this.answers.writeHeaders(limits, response);
			ModelAndView answered = theirs.resolveException(request, response, handler, refusal);
			if (answered != null) {
				return answered;
			}
		}
		try {
			this.answers.refuse(request, response, refusal, limits, (scope != null) ? scope.bodyStyle() : null);
		}
		catch (IOException failure) {
			logger.debug("A refusal could not be sent", failure);
		}
		return new ModelAndView();
	}

}
