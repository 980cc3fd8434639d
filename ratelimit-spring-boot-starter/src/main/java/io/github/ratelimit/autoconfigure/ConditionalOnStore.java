package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/**
 * Matches if {@code ratelimit.store} selects this store. Unlike
 * {@code @ConditionalOnProperty} it reads the value in every spelling that binding
 * accepts, so that no spelling results in an application without a store, or with
 * another.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnStoreCondition.class)
@interface ConditionalOnStore {

	/** The store. */
	RateLimitProperties.Store value();

}
