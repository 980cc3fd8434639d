package io.github.ratelimit.web.mvc;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.ApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.method.ControllerAdviceBean;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.method.annotation.ExceptionHandlerMappingInfo;
import org.springframework.web.method.annotation.ExceptionHandlerMethodResolver;
import org.springframework.web.method.support.HandlerMethodArgumentResolverComposite;
import org.springframework.web.method.support.HandlerMethodReturnValueHandlerComposite;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.ExceptionHandlerExceptionResolver;
import org.springframework.web.servlet.mvc.method.annotation.ServletInvocableHandlerMethod;

/**
 * Runs those {@code @ExceptionHandler} methods of the application that name certain
 * exceptions or subclasses of them, and no other. So a handler of {@code Exception} that
 * precedes them does not hide them. Thread-safe after its creation.
 */
final class ExactExceptionHandlers extends ExceptionHandlerExceptionResolver {

	private final Set<Class<? extends Exception>> named;

	private final Map<Class<?>, ExceptionHandlerMethodResolver> ofControllers = new ConcurrentHashMap<>();

	private ExactExceptionHandlers(Set<Class<? extends Exception>> named) {
		this.named = named;
	}

	/** Returns handlers that are run like those of another resolver. */
	static ExactExceptionHandlers like(ExceptionHandlerExceptionResolver other, ApplicationContext context,
			Set<Class<? extends Exception>> named) {
		ExactExceptionHandlers handlers = new ExactExceptionHandlers(named);
		HandlerMethodArgumentResolverComposite arguments = other.getArgumentResolvers();
		if (arguments != null) {
			handlers.setArgumentResolvers(arguments.getResolvers());
		}
		HandlerMethodReturnValueHandlerComposite returnValues = other.getReturnValueHandlers();
		if (returnValues != null) {
			handlers.setReturnValueHandlers(returnValues.getHandlers());
		}
		handlers.setMessageConverters(other.getMessageConverters());
		handlers.setContentNegotiationManager(other.getContentNegotiationManager());
		handlers.setApplicationContext(context);
		handlers.afterPropertiesSet();
		return handlers;
	}

	@Override
	protected @Nullable ServletInvocableHandlerMethod getExceptionHandlerMethod(@Nullable HandlerMethod handlerMethod,
			Exception exception, ServletWebRequest request) {
		List<MediaType> accepted = acceptedMediaTypes(request);
		if (handlerMethod != null) {
			ExceptionHandlerMethodResolver methods = this.ofControllers.computeIfAbsent(handlerMethod.getBeanType(),
					ExceptionHandlerMethodResolver::new);
			ExceptionHandlerMappingInfo local = exactMapping(methods, exception, accepted);
			if (local != null) {
				return invocable(handlerMethod.getBean(), local, request);
			}
		}
		Class<?> controller = (handlerMethod != null) ? userType(handlerMethod) : null;
		for (Map.Entry<ControllerAdviceBean, ExceptionHandlerMethodResolver> entry : getExceptionHandlerAdviceCache()
			.entrySet()) {
			ControllerAdviceBean advice = entry.getKey();
			if (advice.isApplicableToBeanType(controller)) {
				ExceptionHandlerMappingInfo global = exactMapping(entry.getValue(), exception, accepted);
				if (global != null) {
					return invocable(advice.resolveBean(), global, request);
				}
			}
		}
		return null;
	}

	private List<MediaType> acceptedMediaTypes(ServletWebRequest request) {
		try {
			return getContentNegotiationManager().resolveMediaTypes(request);
		}
		catch (HttpMediaTypeNotAcceptableException ex) {
			return List.of(MediaType.ALL);
		}
	}

	private static Class<?> userType(HandlerMethod handlerMethod) {
		Class<?> type = handlerMethod.getBeanType();
		return Proxy.isProxyClass(type) ? AopUtils.getTargetClass(handlerMethod.getBean()) : type;
	}

	private @Nullable ExceptionHandlerMappingInfo exactMapping(ExceptionHandlerMethodResolver methods,
			Exception exception, List<MediaType> accepted) {
		for (MediaType mediaType : accepted) {
			ExceptionHandlerMappingInfo mapping = methods.resolveExceptionMappingByExceptionType(exception.getClass(),
					mediaType);
			if (mapping != null && namesExactly(mapping, exception)) {
				return mapping;
			}
		}
		return null;
	}

	private boolean namesExactly(ExceptionHandlerMappingInfo mapping, Exception exception) {
		return mapping.getExceptionTypes()
			.stream()
			.filter((type) -> type.isInstance(exception))
			.anyMatch((type) -> this.named.stream().anyMatch((name) -> name.isAssignableFrom(type)));
	}

	private ServletInvocableHandlerMethod invocable(Object bean, ExceptionHandlerMappingInfo mapping,
			ServletWebRequest request) {
		if (!mapping.getProducibleTypes().isEmpty()) {
			request.setAttribute(HandlerMapping.PRODUCIBLE_MEDIA_TYPES_ATTRIBUTE, mapping.getProducibleTypes(),
					RequestAttributes.SCOPE_REQUEST);
		}
		return new ServletInvocableHandlerMethod(bean, mapping.getHandlerMethod(), getApplicationContext());
	}

}
