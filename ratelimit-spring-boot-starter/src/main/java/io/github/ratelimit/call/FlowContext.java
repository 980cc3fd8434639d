package io.github.ratelimit.call;

import java.util.List;

import io.github.ratelimit.permit.PassedOnCharges;
import io.github.ratelimit.store.ChargeDecision;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.reactor.ReactorContext;
import reactor.util.context.Context;

/**
 * The coroutine context of a flow that passes charges on to the publishers that it
 * awaits. Used only with {@code kotlinx-coroutines-reactor} on the class path.
 */
final class FlowContext {

	private FlowContext() {
	}

	/** Returns a context with charges, of which publishers get them as their own. */
	static CoroutineContext with(CoroutineContext context, List<ChargeDecision> passedOn) {
		ReactorContext known = context.get(ReactorContext.Key);
		Context publishers = (known != null) ? known.getContext() : Context.empty();
		return context.plus(new ReactorContext(publishers.put(PassedOnCharges.KEY, passedOn)));
	}

}
