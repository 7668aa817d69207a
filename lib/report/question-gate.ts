/** What the gate reads that nobody writes: whether champion answers the same question as the model that would replace it. */
export const questionGate = 'champion';
