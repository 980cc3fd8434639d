package io.github.ratelimit.client.http;

import io.github.ratelimit.client.LimitedRequests;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestClient;

/**
 * A builder whose clients are limited, also those of its clones and of
 * {@link RestClient#mutate()}, whatever is set at it. The request factory limits them.
 * Only where Spring copies the requests in any case, for interceptors or buffers, the
 * last interceptor does, which sees the original address as well.
 */
final class LimitedBuilder implements InvocationHandler {

	private final RestClient.Builder builder;

	private final LimitedRequests requests;

	private final RateLimitClientInterceptor interceptor;

	/** Whether a factory is set: without one, Spring chooses it in {@code build()}. */
	private boolean factory;

	/** Buffered requests do not pass on their attributes. */
	private boolean buffered;

	private LimitedBuilder(RestClient.Builder builder, LimitedRequests requests,
			RateLimitClientInterceptor interceptor) {
		this.builder = builder;
		this.requests = requests;
		this.interceptor = interceptor;
	}

	/**
	 * Limits the clients of a builder.
	 * @param builder builds the clients
	 * @param requests which requests are limited
	 * @return the builder to use in place of it
	 */
	static RestClient.Builder limit(RestClient.Builder builder, LimitedRequests requests) {
		builder.requestInitializer(new ReplacedFactoryWarning(requests));
		return new LimitedBuilder(builder, requests, new RateLimitClientInterceptor(requests)).proxy();
	}

	/**
	 * Returns which requests of a builder's clients are limited.
	 * @param builder any builder
	 * @return the requests, null if it is none of these builders
	 */
	static @Nullable LimitedRequests requests(RestClient.Builder builder) {
		return (Proxy.isProxyClass(builder.getClass())
				&& Proxy.getInvocationHandler(builder) instanceof LimitedBuilder limited) ? limited.requests : null;
	}

	private RestClient.Builder proxy() {
		return proxy(RestClient.Builder.class, this);
	}

	/** Limits a copy of the builder likewise. */
	private RestClient.Builder limited(RestClient.Builder builder) {
		LimitedBuilder copy = new LimitedBuilder(builder, this.requests, this.interceptor);
		copy.factory = this.factory;
		copy.buffered = this.buffered;
		return copy.proxy();
	}

	@Override
	@SuppressWarnings("unchecked")
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] args) throws Throwable {
		switch (method.getName()) {
			case "build":
				return build();
			case "clone":
				return limited(this.builder.clone());
			case "apply":
				((Consumer<Object>) Objects.requireNonNull(args[0])).accept(proxy);
				return proxy;
			case "requestFactory":
				this.factory = false;
				if (args[0] instanceof ClientHttpRequestFactory own) {
					this.factory = true;
					this.builder.requestFactory(new RateLimitRequestFactory(own, this.requests));
					return proxy;
				}
				break;
			case "bufferContent":
				this.buffered = true;
				break;
			case "equals":
				return proxy == args[0];
			default:
				break;
		}
		Object result = call(this.builder, method, args);
		return (result == this.builder) ? proxy : result;
	}

	private RestClient build() {
		RestClient.Builder builder = this.builder.clone();
		if (this.buffered || !this.factory || isIntercepted()) {
			builder.requestInterceptors((interceptors) -> {
				interceptors.remove(this.interceptor);
				interceptors.add(this.interceptor);
			});
		}
		RestClient client = builder.build();
		return proxy(RestClient.class, (proxy, method, args) -> switch (method.getName()) {
			case "mutate" -> limited(client.mutate());
			case "equals" -> proxy == args[0];
			default -> call(client, method, args);
		});
	}

	/** Asks a clone, because Spring copies the requests also for an empty list. */
	private boolean isIntercepted() {
		List<ClientHttpRequestInterceptor> interceptors = new ArrayList<>();
		this.builder.clone().requestInterceptors(interceptors::addAll);
		return !interceptors.isEmpty();
	}

	private static <T> T proxy(Class<T> type, InvocationHandler handler) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, handler));
	}

	private static @Nullable Object call(Object target, Method method, @Nullable Object[] args) throws Throwable {
		try {
			return method.invoke(target, args);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

}
