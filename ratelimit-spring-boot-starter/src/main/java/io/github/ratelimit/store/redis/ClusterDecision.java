package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.StoreObserver.Outcome;
import io.github.ratelimit.store.redis.local.ChargeGroup;
import io.github.ratelimit.store.redis.local.KeyCharge;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A decision over limits in several hash slots of a cluster, which no single script call
 * can make: all limits are peeked, then taken, and what was taken is given back if a
 * limit that had permits has lost them meanwhile. The calls of each step are in flight
 * together.
 */
final class ClusterDecision {

	private final List<ChargeGroup> groups;

	private final RedisDecisions decisions;

	private final Map<Charge, ChargeDecision> reply = new IdentityHashMap<>();

	private boolean anyFailed;

	private boolean anyLate;

	ClusterDecision(List<ChargeGroup> groups, RedisDecisions decisions) {
		this.groups = groups;
		this.decisions = decisions;
	}

	List<ChargeDecision> decide(List<KeyCharge> charges, long start) {
		try (StoreObserver.Call observed = this.decisions.redis().asking(charges.size())) {
			List<ChargeDecision> decisions = decideAll(charges, start);
			observed.ended(outcome(decisions));
			return decisions;
		}
	}

	private Outcome outcome(List<ChargeDecision> decisions) {
		if (this.anyFailed) {
			return Outcome.FAILED;
		}
		if (this.anyLate) {
			return Outcome.LATE;
		}
		return RedisDecisions.isGranted(decisions) ? Outcome.ALLOWED : Outcome.REFUSED;
	}

	private List<ChargeDecision> decideAll(List<KeyCharge> charges, long start) {
		List<ChargeGroup> failed = new ArrayList<>();
		List<ChargeGroup> late = new ArrayList<>();
		List<ChargeGroup> there = new ArrayList<>();
		boolean granted = look(there, late, failed, start);
		if (granted && !failed.isEmpty()) {
			granted = note(this.decisions.decideWithout(failed));
		}
		else {
			failed.forEach(this::noteLetThrough);
		}
		if (!granted) {
			late.forEach(this::noteLetThrough);
		}
		else if (late.isEmpty()) {
			take(there, start);
		}
		else {
			// no time is left to wait for a reply
			late.addAll(there);
			takeLate(late, start);
		}
		return charges.stream().map((requested) -> this.reply.get(requested.charge())).toList();
	}

	private void noteLetThrough(ChargeGroup group) {
		note(group.charges().stream().map((requested) -> ChargeDecision.letThrough(requested.charge())).toList());
	}

	private boolean look(List<ChargeGroup> there, List<ChargeGroup> late, List<ChargeGroup> failed, long start) {
		List<ScriptCall> calls = ask(this.groups, false, failed);
		boolean granted = true;
		for (ScriptCall call : calls) {
			List<ChargeDecision> answer = call.await(start);
			if (answer != null) {
				there.add(call.group());
				granted &= call.isGranted();
				note(answer);
			}
			else {
				this.decisions.abandon(call);
				noteUnanswered(call);
				(call.hasFailed() ? failed : late).add(call.group());
			}
		}
		return granted;
	}

	private void noteUnanswered(ScriptCall call) {
		this.anyFailed |= call.hasFailed();
		this.anyLate |= !call.hasFailed();
	}

	private void takeLate(List<ChargeGroup> groups, long start) {
		List<ChargeDecision> all = this.decisions.decideLate(groups, List.of(), start);
		if (!RedisDecisions.isGranted(all)) {
			giveBackAll(List.of(), start);
		}
		note(all);
	}

	private void take(List<ChargeGroup> there, long start) {
		List<ChargeGroup> failed = new ArrayList<>();
		List<ScriptCall> late = new ArrayList<>();
		List<ChargeDecision> taken = new ArrayList<>();
		List<ChargeDecision> lost = new ArrayList<>();
		for (ScriptCall call : ask(there, true, failed)) {
			List<ChargeDecision> answer = call.await(start);
			if (answer != null) {
				(call.isGranted() ? taken : lost).addAll(answer);
				continue;
			}
			noteUnanswered(call);
			if (call.hasFailed()) {
				this.decisions.abandon(call);
				failed.add(call.group());
			}
			else {
				late.add(call);
			}
		}
		if (lost.isEmpty() && !failed.isEmpty()) {
			List<ChargeDecision> without = this.decisions.decideWithout(failed);
			(RedisDecisions.isGranted(without) ? taken : lost).addAll(without);
		}
		decideLate(late, lost, taken, start);
		if (lost.isEmpty()) {
			note(taken);
		}
		else {
			giveBackAll(taken, start);
			note(lost);
		}
	}

	private void decideLate(List<ScriptCall> late, List<ChargeDecision> lost, List<ChargeDecision> taken, long start) {
		if (!lost.isEmpty()) {
			late.forEach(this.decisions::abandon);
			return;
		}
		List<ChargeGroup> groups = late.stream().map(ScriptCall::group).toList();
		List<ChargeDecision> all = this.decisions.decideLate(groups, late, start);
		(RedisDecisions.isGranted(all) ? taken : lost).addAll(all);
	}

	private void giveBackAll(List<ChargeDecision> taken, long start) {
		taken.forEach((decision) -> giveBack(decision, start));
		this.reply.values()
			.stream()
			.filter(ChargeDecision::isDegraded)
			.forEach((decision) -> giveBack(decision, start));
		this.reply.replaceAll((charge, decision) -> decision.withoutReceipt());
	}

	private List<ScriptCall> ask(List<ChargeGroup> groups, boolean take, List<ChargeGroup> failed) {
		List<ScriptCall> calls = new ArrayList<>(groups.size());
		for (ChargeGroup group : groups) {
			if (this.decisions.redis().isOpen(group.firstKey().name())) {
				this.anyFailed = true;
				failed.add(group);
			}
			else {
				calls.add(ScriptCall.ask(group, take, this.decisions.redis()));
			}
		}
		return calls;
	}

	private void giveBack(ChargeDecision taken, long start) {
		this.groups.stream()
			.flatMap((group) -> group.charges().stream())
			.filter((requested) -> requested.charge().equals(taken.charge()))
			.forEach((requested) -> this.decisions.settlements().giveBack(taken, requested, start));
	}

	private boolean note(List<ChargeDecision> decisions) {
		decisions.forEach((decision) -> this.reply.put(decision.charge(), decision));
		return RedisDecisions.isGranted(decisions);
	}

}
