package io.github.ratelimit.autoconfigure.client;

import io.github.ratelimit.client.http.RestClientCustomizers;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;

/**
 * Replaces the builders that an application injects by limited ones. Beans of other
 * classes stay, because they may be injected as such.
 */
final class LimitedBuilders implements BeanPostProcessor {

	private final ObjectProvider<RestClientCustomizers> customizers;

	LimitedBuilders(ObjectProvider<RestClientCustomizers> customizers) {
		this.customizers = customizers;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean.getClass() == RestClientBuilderConfigurer.class) {
			return new LimitedRestClientConfigurer((RestClientBuilderConfigurer) bean, this.customizers);
		}
		if (bean.getClass() == RestTemplateBuilder.class) {
			return LimitedRestTemplateBuilder.limit((RestTemplateBuilder) bean, this.customizers);
		}
		return bean;
	}

}
