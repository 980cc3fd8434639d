package io.github.ratelimit.store.redis;

import io.github.ratelimit.Charge;
import io.github.ratelimit.LimitDecision;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A decision over limits in several slots of a cluster, which no script can decide at
 * once: all are looked at, then taken, and what was taken goes back if one that had
 * permits has lost them meanwhile. The questions of each step are under way together.
 */
final class SlotsDecision {

	private final List<ChargeGroup> groups;

	private final Decisions decisions;

	private final Map<Charge, LimitDecision> said = new IdentityHashMap<>();

	SlotsDecision(List<ChargeGroup> groups, Decisions decisions) {
		this.groups = groups;
		this.decisions = decisions;
	}

	List<LimitDecision> decide(List<Charge> charges, long start) {
		List<ChargeGroup> failed = new ArrayList<>();
		List<ChargeGroup> there = new ArrayList<>();
		boolean granted = look(there, failed, start);
		if (granted && !failed.isEmpty()) {
			granted = note(this.decisions.decideWithout(failed));
		}
		else {
			failed.forEach((group) -> note(group.charges().stream().map(LimitDecision::letThrough).toList()));
		}
		if (granted) {
			take(there, start);
		}
		return charges.stream().map(this.said::get).toList();
	}

	private boolean look(List<ChargeGroup> there, List<ChargeGroup> failed, long start) {
		List<Question> questions = ask(this.groups, false, failed);
		boolean granted = true;
		for (Question question : questions) {
			Question.Said answer = question.await(this.decisions.left(start));
			if (answer == null) {
				failed.add(question.group());
			}
			else {
				there.add(question.group());
				granted &= answer.granted();
				note(answer.decisions());
			}
		}
		return granted;
	}

	private void take(List<ChargeGroup> there, long start) {
		List<ChargeGroup> failed = new ArrayList<>();
		List<LimitDecision> taken = new ArrayList<>();
		List<LimitDecision> lost = new ArrayList<>();
		for (Question question : ask(there, true, failed)) {
			Question.Said answer = question.await(this.decisions.left(start));
			if (answer == null) {
				this.decisions.abandon(question);
				failed.add(question.group());
			}
			else if (answer.granted()) {
				taken.addAll(answer.decisions());
			}
			else {
				lost.addAll(answer.decisions());
			}
		}
		if (lost.isEmpty() && !failed.isEmpty()) {
			List<LimitDecision> without = this.decisions.decideWithout(failed);
			boolean granted = without.stream().noneMatch(LimitDecision::refuses);
			(granted ? taken : lost).addAll(without);
		}
		if (lost.isEmpty()) {
			note(taken);
		}
		else {
			taken.forEach(this::giveBack);
			this.said.values().stream().filter(LimitDecision::isDegraded).forEach(this::giveBack);
			this.said.replaceAll((charge, decision) -> decision.withoutReceipt());
			note(lost);
		}
	}

	private List<Question> ask(List<ChargeGroup> groups, boolean take, List<ChargeGroup> failed) {
		List<Question> questions = new ArrayList<>(groups.size());
		for (ChargeGroup group : groups) {
			if (group.node().isOpen()) {
				failed.add(group);
			}
			else {
				questions.add(this.decisions.ask(group, take));
			}
		}
		return questions;
	}

	private void giveBack(LimitDecision taken) {
		for (ChargeGroup group : this.groups) {
			int place = group.charges().indexOf(taken.charge());
			if (place >= 0) {
				this.decisions.giveBack(taken, group.known()[place], group.terms()[place]);
			}
		}
	}

	private boolean note(List<LimitDecision> decisions) {
		boolean granted = true;
		for (LimitDecision decision : decisions) {
			this.said.put(decision.charge(), decision);
			granted &= !decision.refuses();
		}
		return granted;
	}

}
