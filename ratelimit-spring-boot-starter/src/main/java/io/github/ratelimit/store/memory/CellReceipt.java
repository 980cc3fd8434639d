package io.github.ratelimit.store.memory;

import io.github.ratelimit.store.Receipt;

/** What a cell gave, and what it needs to take it back. */
interface CellReceipt extends Receipt {

	KeyCell cell();

}
