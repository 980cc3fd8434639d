package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.autoconfigure.properties.RateLimitProperties.Store;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** The condition of {@link ConditionalOnStore}. */
final class OnStoreCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Store wanted = metadata.getAnnotations().get(ConditionalOnStore.class).getEnum("value", Store.class);
		Store store = configured(context);
		return new ConditionOutcome(store == wanted,
				ConditionMessage.forCondition(ConditionalOnStore.class, wanted).because("ratelimit.store is " + store));
	}

	/** A value that is none of the stores fails when the properties are bound. */
	private static Store configured(ConditionContext context) {
		try {
			BindResult<Store> store = Binder.get(context.getEnvironment()).bind("ratelimit.store", Store.class);
			return store.isBound() ? store.get() : Store.MEMORY;
		}
		catch (BindException ex) {
			return Store.MEMORY;
		}
	}

}
