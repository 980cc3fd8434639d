package io.github.ratelimit.autoconfigure.client;

import io.github.ratelimit.client.http.RestClientCustomizers;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.core.NativeDetector;

/**
 * Has a builder, and all that are made of it, build limited templates. A proxy, because
 * each method of a builder returns a new one.
 */
final class LimitedRestTemplateBuilder implements MethodInterceptor {

	private final RestTemplateBuilder builder;

	private final ObjectProvider<RestClientCustomizers> customizers;

	private LimitedRestTemplateBuilder(RestTemplateBuilder builder, ObjectProvider<RestClientCustomizers> customizers) {
		this.builder = builder;
		this.customizers = customizers;
	}

	/** A native image cannot make the proxy; there the customizer limits templates. */
	static RestTemplateBuilder limit(RestTemplateBuilder builder, ObjectProvider<RestClientCustomizers> customizers) {
		if (NativeDetector.inNativeImage()) {
			return builder;
		}
		ProxyFactory proxy = new ProxyFactory(builder);
		proxy.setProxyTargetClass(true);
		proxy.addAdvice(new LimitedRestTemplateBuilder(builder, customizers));
		return (RestTemplateBuilder) proxy.getProxy();
	}

	@Override
	public @Nullable Object invoke(MethodInvocation call) throws Throwable {
		if (call.getMethod().getName().equals("build") && call.getArguments().length == 0) {
			return this.builder.configure(this.customizers.getObject().template());
		}
		Object result = call.proceed();
		return (result instanceof RestTemplateBuilder changed) ? limit(changed, this.customizers) : result;
	}

}
