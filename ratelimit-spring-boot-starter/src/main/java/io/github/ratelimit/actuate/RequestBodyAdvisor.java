package io.github.ratelimit.actuate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameter;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameters;

/**
 * {@link OperationInvokerAdvisor} that gives the operations of the {@code ratelimits}
 * endpoint that change something the whole body of their request.
 */
public final class RequestBodyAdvisor implements OperationInvokerAdvisor {

	private static final EndpointId ENDPOINT = EndpointId.of("ratelimits");

	/** The parts of the path. */
	private static final Set<String> SELECTORS = Set.of("limit", "key");

	@Override
	public OperationInvoker apply(EndpointId endpoint, OperationType type, OperationParameters parameters,
			OperationInvoker invoker) {
		return (endpoint.equals(ENDPOINT) && type == OperationType.WRITE)
				? (context) -> invoker.invoke(new WithBody(context, parameters)) : invoker;
	}

	private static final class WithBody extends InvocationContext {

		private final InvocationContext request;

		private final RequestBody body;

		WithBody(InvocationContext request, OperationParameters parameters) {
			super(security(request), request.getArguments());
			this.request = request;
			Map<String, @Nullable String> values = new LinkedHashMap<>();
			request.getArguments()
				.forEach((name, value) -> values.put(name, (value != null) ? value.toString() : null));
			parameters.stream().map(OperationParameter::getName).filter(SELECTORS::contains).forEach(values::remove);
			this.body = new RequestBody(values);
		}

		private static SecurityContext security(InvocationContext request) {
			SecurityContext security = request.resolveArgument(SecurityContext.class);
			return (security != null) ? security : SecurityContext.NONE;
		}

		@Override
		public <T> @Nullable T resolveArgument(Class<T> type) {
			return (type == RequestBody.class) ? type.cast(this.body) : this.request.resolveArgument(type);
		}

		@Override
		public boolean canResolve(Class<?> type) {
			return type == RequestBody.class || this.request.canResolve(type);
		}

	}

	/**
	 * What a request to change something has in its body: parameters of an operation have
	 * names of Java, which {@code max-concurrent} is not.
	 *
	 * @param values the values as texts by the names in the body, in order; null where
	 * the body says null
	 */
	record RequestBody(Map<String, @Nullable String> values) {

		/** Creates a body. */
		RequestBody {
			values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
		}

	}

}
