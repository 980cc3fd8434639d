package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.autoconfigure.properties.InvalidConfigurationException;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties.Store;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Locale;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if {@code ratelimit.store} selects this store. Unlike
 * {@code @ConditionalOnProperty} it reads the value in every spelling that binding
 * accepts, so that no spelling results in an application without a store, or with
 * another.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Conditional(ConditionalOnStore.OnStoreCondition.class)
@interface ConditionalOnStore {

	/** The store. */
	Store value();

	/** The condition. */
	final class OnStoreCondition extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Store wanted = metadata.getAnnotations().get(ConditionalOnStore.class).getEnum("value", Store.class);
			Store store = configured(context.getEnvironment());
			return new ConditionOutcome(store == wanted, ConditionMessage.forCondition(ConditionalOnStore.class, wanted)
				.because("ratelimit.store is " + store));
		}

		/**
		 * Checks the condition again when its bean is created: it was evaluated when the
		 * code was generated, if that was ahead of time.
		 */
		static void check(Store generated, RateLimitProperties properties) {
			if (properties.store() != generated) {
				String store = text(properties.store());
				throw new InvalidConfigurationException("ratelimit.store", store,
						"is not the store of this application, which was generated ahead of time with "
								+ text(generated),
						"Generate it with ratelimit.store: " + store
								+ ", for example by the profile or the argument that it runs with, or run it without "
								+ "spring.aot.enabled.");
			}
		}

		private static String text(Store store) {
			return store.name().toLowerCase(Locale.ROOT);
		}

		/** A value that is none of the stores fails when the properties are bound. */
		private static Store configured(Environment environment) {
			try {
				BindResult<Store> store = Binder.get(environment).bind("ratelimit.store", Store.class);
				return store.isBound() ? store.get() : Store.MEMORY;
			}
			catch (BindException ex) {
				return Store.MEMORY;
			}
		}

	}

}
